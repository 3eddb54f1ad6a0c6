from threading import Condition
shelf = []
changed = Condition()
def bake(loaf):
    with changed:
        shelf.append(loaf)
        changed.notify_all()
def buy():
    with changed:
        changed.wait_for(lambda: len(shelf) > 0)
        loaf = shelf.pop()
    wrap(loaf)
    return loaf
