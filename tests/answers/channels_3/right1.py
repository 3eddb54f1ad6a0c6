from threading import Thread
def total(first, second):
    results = channel()
    def producer(numbers):
        for n in numbers:
            results.send(measure(n))
    a = Thread(target=producer, args=(first,))
    b = Thread(target=producer, args=(second,))
    a.start(); b.start()
    s = 0
    for _ in range(len(first) + len(second)):
        s += results.receive()
    a.join(); b.join()
    return s
