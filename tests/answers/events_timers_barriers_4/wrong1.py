# fault: deadlock
from threading import Barrier
def painter(half):
    barrier = Barrier(2)
    paint(half)
    barrier.wait()
    admire(half)
