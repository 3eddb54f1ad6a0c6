# fault: assertion
from threading import Lock
lock = Lock()
def like(amount):
    global likes
    n = think(amount)
    with lock:
        before = likes
    with lock:
        likes = before + n
