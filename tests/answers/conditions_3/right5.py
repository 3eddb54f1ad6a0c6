import threading
class Bakery:
    def __init__(self):
        self.shelf = []
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
    def bake(self, loaf):
        with self.lock:
            self.shelf.append(loaf)
            self.changed.notify()
    def take(self):
        with self.changed:
            while len(self.shelf) == 0:
                self.changed.wait()
            return self.shelf.pop(0)
bakery = Bakery()
def bake(loaf):
    bakery.bake(loaf)
def buy():
    loaf = bakery.take()
    wrap(loaf)
    return loaf
