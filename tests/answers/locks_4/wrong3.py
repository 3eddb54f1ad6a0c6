# fault: assertion
from threading import Lock
lock = Lock()
def vote(name):
    if is_known(name):
        with lock:
            n = votes[name]
        votes[name] = n + 1
