from threading import Thread, Semaphore
def total(numbers):
    sem = Semaphore(2)
    results = []
    def work(n):
        with sem:
            r = fetch(n)
        results.append(r)
    ts = [Thread(target=work, args=(n,)) for n in numbers]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(results)
