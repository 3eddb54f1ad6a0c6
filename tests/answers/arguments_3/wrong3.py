# fault: error
from threading import Thread
def count_good(pages):
    good = 0
    ts = [Thread(target=fetch, args=(p,)) for p in pages]
    try:
        for t in ts: t.start()
        for t in ts: t.join()
        good += 1
    except Exception:
        pass
    return good
