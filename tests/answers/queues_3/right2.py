from queue import Queue
from threading import Thread
def bake_all(orders):
    q = Queue()
    results = []
    def baker():
        while True:
            order = q.get()
            try:
                if order is None:
                    return
                results.append(bake(order))
            finally:
                q.task_done()
    ts = [Thread(target=baker, daemon=True) for _ in range(2)]
    for t in ts: t.start()
    for o in orders: q.put(o)
    q.join()
    return sum(results)
