from threading import Event
painted = [Event(), Event()]
def painter(half):
    paint(half)
    painted[half].set()
    painted[1 - half].wait()
    admire(half)
