# fault: assertion
from queue import Queue
box = Queue()
def put(item):
    box.put(item)
def get():
    return box.get()
