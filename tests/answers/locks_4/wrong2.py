# fault: not-together
from threading import Lock
lock = Lock()
def vote(name):
    with lock:
        if is_known(name):
            votes[name] += 1
