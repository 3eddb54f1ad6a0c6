from threading import Lock
lock = Lock()
def vote(name):
    known = is_known(name)
    with lock:
        if known:
            votes[name] = votes.get(name, 0) + 1
