from threading import Thread
def fetch_into(results, page):
    results[page] = fetch(page)
def fetch_all(pages):
    results = {}
    ts = []
    for page in pages:
        t = Thread(target=fetch_into, args=(results, page))
        ts.append(t)
        t.start()
    for t in ts:
        t.join()
    return list(results.values())
