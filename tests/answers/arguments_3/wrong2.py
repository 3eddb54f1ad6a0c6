# fault: assertion
from threading import Thread
def count_good(pages):
    good = 0
    def work(page):
        nonlocal good
        try:
            fetch(page)
            good += 1
        except Exception:
            pass
    ts = [Thread(target=work, args=(p,)) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return good
