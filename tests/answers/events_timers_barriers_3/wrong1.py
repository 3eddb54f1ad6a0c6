# fault: assertion
from threading import Event
ready = Event()
def loader():
    global data
    ready.set()
    data = load()
def reader():
    ready.wait()
    use_data()
