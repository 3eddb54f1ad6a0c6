from threading import Lock
lock = Lock()
def vote(name):
    if not is_known(name):
        return
    with lock:
        votes[name] += 1
