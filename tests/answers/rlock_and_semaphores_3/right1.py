from threading import RLock
lock = RLock()
def note(text):
    global log
    with lock:
        log += [text]
def lend():
    global shelf
    stamp()
    with lock:
        shelf -= 1
        note("lent")
def give_back():
    global shelf
    stamp()
    with lock:
        shelf += 1
        note("back")
