# fault: race
import time
is_loaded = False
def loader():
    global data, is_loaded
    data = load()
    is_loaded = True
def reader():
    while not is_loaded:
        time.sleep(0.1)
    use_data()
