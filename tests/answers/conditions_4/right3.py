from threading import Lock, Condition
class Box:
    def __init__(self):
        self.item = None
        self.full = False
        lock = Lock()
        self.can_get = Condition(lock)
        self.can_put = Condition(lock)
    def put(self, item):
        with self.can_put:
            self.can_put.wait_for(lambda: not self.full)
            self.item, self.full = item, True
            self.can_get.notify()
    def get(self):
        with self.can_get:
            self.can_get.wait_for(lambda: self.full)
            self.full = False
            self.can_put.notify()
            return self.item
box = Box()
put = box.put
get = box.get
