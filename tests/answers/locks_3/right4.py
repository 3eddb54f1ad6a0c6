from threading import RLock
class Likes:
    def __init__(self):
        self.lock = RLock()
    def add(self, n):
        global likes
        with self.lock:
            likes += n
counter = Likes()
def like(amount):
    counter.add(think(amount))
