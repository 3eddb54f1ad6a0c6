from threading import Semaphore
empty = Semaphore(1)
full = Semaphore(0)
content = None
def put(item):
    global content
    empty.acquire()
    content = item
    full.release()
def get():
    full.acquire()
    item = content
    empty.release()
    return item
