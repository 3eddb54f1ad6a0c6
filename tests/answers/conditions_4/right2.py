from queue import Queue
box = Queue(maxsize=1)
def put(item):
    box.put(item)
def get():
    return box.get()
