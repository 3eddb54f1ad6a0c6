# fault: assertion
from threading import Thread
def fetch_all(pages):
    found = []
    def work():
        found.append(fetch(p))
    ts = []
    for p in pages:
        t = Thread(target=work)
        ts.append(t)
    for t in ts: t.start()
    for t in ts: t.join()
    return found
