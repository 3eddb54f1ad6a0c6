# fault: assertion
from threading import Lock
lock = Lock()
def painter(half):
    with lock:
        paint(half)
    with lock:
        admire(half)
