from threading import Thread
def fetch_all(pages):
    found = []
    def work(page):
        found.append(fetch(page))
    ts = [Thread(target=work, args=(p,)) for p in pages]
    for t in ts: t.start()
    for t in ts: t.join()
    return found
