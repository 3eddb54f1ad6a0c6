from threading import Lock
lock = Lock()
def like(amount):
    global likes
    n = think(amount)
    with lock:
        likes += n
