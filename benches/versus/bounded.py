import queue
import threading

items = queue.Queue(64)
sums = queue.Queue()

def produce(count):
    for i in range(count):
        items.put(i)

def consume(count):
    total = 0
    for _ in range(count):
        total += items.get()
    sums.put(total)

threads = []
for _ in range(4):
    threads.append(threading.Thread(target=produce, args=(10000,)))
    threads.append(threading.Thread(target=consume, args=(10000,)))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(sums.get() for _ in range(4)))
