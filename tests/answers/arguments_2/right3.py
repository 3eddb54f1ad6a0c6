from queue import Queue
from threading import Thread
def fetch_all(pages):
    q = Queue()
    ts = [Thread(target=lambda p=p: q.put(fetch(p))) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return [q.get() for _ in pages]
