# fault: too-slow
import threading
def fetch_all(pages):
    lock = threading.Lock()
    out = {}
    def work(page):
        with lock:
            out[page] = fetch(page)
    threads = [threading.Thread(target=work, args=(page,)) for page in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return [out[p] for p in pages]
