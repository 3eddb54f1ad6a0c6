# fault: assertion
from threading import Lock
lock = Lock()
def record(sensor):
    global sum, count
    value = measure(sensor)
    with lock:
        sum += value
        count += 1
def average():
    return sum / count if count else 0
