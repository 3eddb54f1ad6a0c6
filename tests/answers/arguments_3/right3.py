from threading import Thread
def count_good(pages):
    good = []
    def work(page):
        try:
            good.append(fetch(page))
        except:
            pass
    ts = [Thread(target=work, args=(p,)) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return len(good)
