# fault: assertion
from threading import Lock
def vote(name):
    if is_known(name):
        with Lock():
            votes[name] += 1
