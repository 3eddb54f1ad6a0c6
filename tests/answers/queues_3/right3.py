from queue import Queue, Empty
from threading import Thread
def bake_all(orders):
    q = Queue()
    for o in orders:
        q.put(o)
    results = []
    def baker():
        while True:
            try:
                order = q.get_nowait()
            except Empty:
                return
            results.append(bake(order))
    ts = [Thread(target=baker) for _ in range(2)]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(results)
