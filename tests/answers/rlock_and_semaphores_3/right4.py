from threading import Lock
lock = Lock()
log_lock = Lock()
def note(text):
    with log_lock:
        log.append(text)
def change(n, text):
    global shelf
    stamp()
    with lock:
        shelf += n
    note(text)
def lend():
    change(-1, "lent")
def give_back():
    change(+1, "back")
