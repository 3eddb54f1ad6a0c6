from threading import Semaphore, Lock
from collections import deque
shelf = deque()
loaves = Semaphore(0)
def bake(loaf):
    shelf.append(loaf)
    loaves.release()
def buy():
    loaves.acquire()
    loaf = shelf.popleft()
    wrap(loaf)
    return loaf
