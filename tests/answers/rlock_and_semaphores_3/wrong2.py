# fault: not-together
from threading import Lock
lock = Lock()
def note(text):
    with lock:
        log.append(text)
def lend():
    global shelf
    with lock:
        stamp()
        shelf -= 1
    note("lent")
def give_back():
    global shelf
    with lock:
        stamp()
        shelf += 1
    note("back")
