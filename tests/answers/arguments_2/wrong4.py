# fault: assertion
from threading import Thread
def fetch_all(pages):
    found = []
    for p in pages:
        Thread(target=lambda p=p: found.append(fetch(p))).start()
    return found
