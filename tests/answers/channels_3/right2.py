from queue import Queue
from threading import Thread
def total(first, second):
    results = Queue()
    def producer(numbers):
        for n in numbers:
            results.put(measure(n))
    ts = [Thread(target=producer, args=(x,)) for x in (first, second)]
    for t in ts: t.start()
    for t in ts: t.join()
    s = 0
    while not results.empty():
        s += results.get()
    return s
