from threading import Lock
locks = {"ann": Lock(), "bob": Lock()}
def vote(name):
    if is_known(name):
        with locks[name]:
            votes[name] = votes[name] + 1
