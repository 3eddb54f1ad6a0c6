# fault: error
from threading import Thread
def count_good(pages):
    good = []
    ts = [Thread(target=lambda p=p: good.append(fetch(p))) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return len(good)
