# fault: too-many-at-work
from threading import Thread, Semaphore
def fetch_all(pages):
    found = {}
    def work(page):
        sem = Semaphore(2)
        with sem:
            found[page] = fetch(page)
    threads = [Thread(target=work, args=(p,)) for p in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return [found[p] for p in pages]
