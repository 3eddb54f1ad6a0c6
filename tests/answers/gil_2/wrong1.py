# fault: assertion
from threading import Thread
def fetch_all(pages):
    found = []
    def work(page):
        found.append(fetch(page))
    threads = [Thread(target=work, args=(page,)) for page in pages]
    for t in threads: t.start()
    for t in threads: t.join()
    return found
