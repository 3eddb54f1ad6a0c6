from queue import Queue
shelf = Queue()
def bake(loaf):
    shelf.put(loaf)
def buy():
    loaf = shelf.get()
    wrap(loaf)
    return loaf
