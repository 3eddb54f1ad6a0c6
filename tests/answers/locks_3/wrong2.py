# fault: not-together
from threading import Lock
lock = Lock()
def like(amount):
    global likes
    with lock:
        likes += think(amount)
