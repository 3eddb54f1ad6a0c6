from threading import Condition
cond = Condition()
loaded = False
def loader():
    global data, loaded
    value = load()
    with cond:
        data = value
        loaded = True
        cond.notify_all()
def reader():
    with cond:
        while not loaded:
            cond.wait()
    use_data()
