from threading import Condition
table = Condition()
def dine(seat):
    a, b = forks[seat], forks[(seat + 1) % 4]
    with table:
        table.wait_for(lambda: not a.locked() and not b.locked())
        a.acquire()
        b.acquire()
    eat(seat)
    with table:
        a.release()
        b.release()
        table.notify_all()
