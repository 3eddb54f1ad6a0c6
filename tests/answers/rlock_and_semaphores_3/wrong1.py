# fault: assertion
from threading import Lock
lock = Lock()
def note(text):
    log.append(text)
def lend():
    global shelf
    stamp()
    shelf -= 1
    with lock:
        note("lent")
def give_back():
    global shelf
    stamp()
    shelf += 1
    with lock:
        note("back")
