# fault: not-together
from threading import Lock
table = Lock()
def dine(seat):
    with table:
        with forks[seat], forks[(seat + 1) % 4]:
            eat(seat)
