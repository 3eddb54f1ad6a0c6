from threading import Barrier
barrier = Barrier(2)
def painter(half):
    paint(half)
    barrier.wait()
    admire(half)
