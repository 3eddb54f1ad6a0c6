# fault: deadlock
from threading import Lock
lock = Lock()
def like(amount):
    global likes
    n = think(amount)
    lock.acquire()
    likes += n
