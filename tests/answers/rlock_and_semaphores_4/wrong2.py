# fault: too-slow
from threading import Thread, Lock
def fetch_all(pages):
    found = {}
    lock = Lock()
    def work(page):
        with lock:
            found[page] = fetch(page)
    threads = [Thread(target=work, args=(p,)) for p in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return [found[p] for p in pages]
