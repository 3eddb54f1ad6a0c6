# fault: assertion
from threading import Thread, Lock
def count(first, second):
    total = 0
    def work(votes):
        nonlocal total
        lock = Lock()
        for v in votes:
            n = read_vote(v)
            with lock:
                total += n
    a = Thread(target=work, args=(first,))
    b = Thread(target=work, args=(second,))
    a.start(); b.start()
    a.join(); b.join()
    return total
