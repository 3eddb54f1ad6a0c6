# fault: not-together
from threading import Thread
def fetch_all(pages):
    found = []
    def work(page):
        found.append(fetch(page))
    for p in pages:
        t = Thread(target=work, args=(p,))
        t.start()
        t.join()
    return found
