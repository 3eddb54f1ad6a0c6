# fault: assertion
from queue import Queue
from threading import Thread
def bake_all(orders):
    q = Queue()
    results = []
    def baker():
        while True:
            order = q.get()
            if order is None:
                break
            results.append(bake(order))
    ts = [Thread(target=baker) for _ in range(2)]
    for t in ts: t.start()
    for o in orders: q.put(o)
    q.put(None)
    q.put(None)
    return sum(results)
