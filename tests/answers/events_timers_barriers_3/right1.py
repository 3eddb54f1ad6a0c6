from threading import Event
ready = Event()
def loader():
    global data
    data = load()
    ready.set()
def reader():
    ready.wait()
    use_data()
