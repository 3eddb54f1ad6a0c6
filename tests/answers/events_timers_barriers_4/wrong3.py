# fault: assertion
from threading import Barrier
barrier = Barrier(2)
def painter(half):
    barrier.wait()
    paint(half)
    admire(half)
