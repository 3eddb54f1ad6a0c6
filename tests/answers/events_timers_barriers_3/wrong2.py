# fault: deadlock
from threading import Condition
cond = Condition()
def loader():
    global data
    data = load()
    with cond:
        cond.notify()
def reader():
    with cond:
        cond.wait()
    use_data()
