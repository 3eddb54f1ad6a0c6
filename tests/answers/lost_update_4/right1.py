from threading import Thread
def count(first, second):
    results = []
    def work(votes):
        results.append(sum(read_vote(v) for v in votes))
    a = Thread(target=work, args=(first,))
    b = Thread(target=work, args=(second,))
    a.start(); b.start()
    a.join(); b.join()
    return sum(results)
