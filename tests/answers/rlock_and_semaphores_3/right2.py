import threading
lock = threading.Lock()
def _note(text):
    log.append(text)
def note(text):
    with lock:
        _note(text)
def lend():
    global shelf
    stamp()
    with lock:
        shelf -= 1
        _note("lent")
def give_back():
    global shelf
    stamp()
    with lock:
        shelf += 1
        _note("back")
