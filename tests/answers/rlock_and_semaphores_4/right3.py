from threading import Thread, BoundedSemaphore
sem = BoundedSemaphore(2)
def fetch_all(pages):
    found = {}
    def work(page):
        sem.acquire()
        try:
            found[page] = fetch(page)
        finally:
            sem.release()
    threads = [Thread(target=work, args=(p,)) for p in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return [found[p] for p in pages]
