from threading import Lock
lock = Lock()
def book():
    with lock:
        if seats.load() > 0:
            seats.fetch_sub(1)
            return True
        return False
