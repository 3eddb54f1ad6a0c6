from threading import Thread
def fetch_all(pages):
    results = [None] * len(pages)
    def work(i):
        results[i] = fetch(pages[i])
    ts = [Thread(target=work, args=(i,)) for i in range(len(pages))]
    for t in ts: t.start()
    for t in ts: t.join()
    return results
