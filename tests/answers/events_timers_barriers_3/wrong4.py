# fault: assertion
import time
def loader():
    global data
    data = load()
def reader():
    time.sleep(1)
    use_data()
