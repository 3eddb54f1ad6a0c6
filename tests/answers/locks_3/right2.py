import threading
_lock = threading.Lock()
def like(amount):
    global likes
    extra = think(amount)
    _lock.acquire()
    try:
        likes = likes + extra
    finally:
        _lock.release()
