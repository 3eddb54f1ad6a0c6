from threading import Thread
def total(files):
    results = []
    def work(f):
        results.append(check(download(f)))
    ts = [Thread(target=work, args=(f,)) for f in files]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(results)
