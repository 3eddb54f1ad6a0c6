# fault: assertion
from threading import Lock
def like(amount):
    global likes
    lock = Lock()
    n = think(amount)
    with lock:
        likes += n
