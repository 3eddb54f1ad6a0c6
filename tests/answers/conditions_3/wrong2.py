# fault: deadlock
from threading import Condition
shelf = []
changed = Condition()
def bake(loaf):
    shelf.append(loaf)
    with changed:
        changed.notify()
def buy():
    while not shelf:
        with changed:
            changed.wait()
    loaf = shelf.pop(0)
    wrap(loaf)
    return loaf
