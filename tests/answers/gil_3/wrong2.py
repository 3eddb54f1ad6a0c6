# fault: assertion
from threading import Thread
def total(files):
    s = 0
    def work(f):
        nonlocal s
        s += check(download(f))
    ts = [Thread(target=work, args=(f,)) for f in files]
    for t in ts: t.start()
    for t in ts: t.join()
    return s
