from threading import Condition
done = 0
cond = Condition()
def painter(half):
    global done
    paint(half)
    with cond:
        done += 1
        cond.notify_all()
        cond.wait_for(lambda: done == 2)
    admire(half)
