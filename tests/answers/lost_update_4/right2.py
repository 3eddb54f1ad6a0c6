from threading import Thread, Lock
def count(first, second):
    total = 0
    lock = Lock()
    def work(votes):
        nonlocal total
        for v in votes:
            n = read_vote(v)
            with lock:
                total += n
    a = Thread(target=work, args=(first,))
    b = Thread(target=work, args=(second,))
    a.start(); b.start()
    a.join(); b.join()
    return total
