# fault: error
from threading import Lock
lock = Lock()
def like(amount):
    n = think(amount)
    with lock:
        likes += n
