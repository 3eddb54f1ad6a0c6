# fault: error
from threading import Condition
box = []
cond = Condition()
def put(item):
    with cond:
        if box:
            cond.wait()
        box.append(item)
        cond.notify_all()
def get():
    with cond:
        if not box:
            cond.wait()
        item = box.pop()
        cond.notify_all()
        return item
