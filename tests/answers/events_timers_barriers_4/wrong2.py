# fault: assertion
from threading import Event
done = Event()
def painter(half):
    paint(half)
    if half == 1:
        done.set()
    done.wait()
    admire(half)
