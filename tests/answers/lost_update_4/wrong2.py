# fault: not-together
from threading import Thread, Lock
def count(first, second):
    total = 0
    lock = Lock()
    def work(votes):
        nonlocal total
        with lock:
            for v in votes:
                total += read_vote(v)
    a = Thread(target=work, args=(first,))
    b = Thread(target=work, args=(second,))
    a.start(); b.start()
    a.join(); b.join()
    return total
