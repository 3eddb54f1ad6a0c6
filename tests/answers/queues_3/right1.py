from queue import Queue
from threading import Thread
def bake_all(orders):
    queue = Queue()
    done = Queue()
    def baker():
        while True:
            order = queue.get()
            if order is None:
                break
            done.put(bake(order))
    bakers = [Thread(target=baker) for _ in range(2)]
    for b in bakers: b.start()
    for order in orders: queue.put(order)
    for _ in bakers: queue.put(None)
    for b in bakers: b.join()
    total = 0
    while not done.empty():
        total += done.get()
    return total
