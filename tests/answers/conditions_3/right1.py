from threading import Condition
shelf = []
changed = Condition()
def bake(loaf):
    with changed:
        shelf.append(loaf)
        changed.notify()
def buy():
    with changed:
        while not shelf:
            changed.wait()
        loaf = shelf.pop(0)
    wrap(loaf)
    return loaf
