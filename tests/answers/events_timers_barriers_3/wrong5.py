# fault: deadlock
from threading import Event
def loader():
    global data
    ready = Event()
    data = load()
    ready.set()
def reader():
    ready = Event()
    ready.wait()
    use_data()
