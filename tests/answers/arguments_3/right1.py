from threading import Thread, Lock
def count_good(pages):
    good = 0
    lock = Lock()
    def work(page):
        nonlocal good
        try:
            fetch(page)
        except Exception:
            return
        with lock:
            good += 1
    ts = [Thread(target=work, args=(p,)) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return good
