from threading import Lock
lock = Lock()
def vote(name):
    if is_known(name):
        with lock:
            votes.update({name: votes[name] + 1})
