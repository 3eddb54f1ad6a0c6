# fault: deadlock
from threading import Thread, Semaphore
sem = Semaphore(2)
def fetch_all(pages):
    found = {}
    def work(page):
        sem.acquire()
        found[page] = fetch(page)
    threads = [Thread(target=work, args=(p,)) for p in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return [found[p] for p in pages]
