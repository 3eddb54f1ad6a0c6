# fault: deadlock
from queue import Queue
from threading import Thread
def bake_all(orders):
    q = Queue()
    for o in orders:
        q.put(o)
    results = []
    def baker():
        while not q.empty():
            results.append(bake(q.get()))
    ts = [Thread(target=baker) for _ in range(2)]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(results)
