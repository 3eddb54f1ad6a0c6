import threading
lock = threading.Lock()
def record(sensor):
    global sum, count
    value = measure(sensor)
    with lock:
        sum, count = sum + value, count + 1
def average():
    with lock:
        s, c = sum, count
    if c == 0:
        return 0
    return s / c
