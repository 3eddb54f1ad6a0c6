# fault: deadlock
import time
def dine(seat):
    time.sleep(seat * 0.1)
    with forks[seat]:
        with forks[(seat + 1) % 4]:
            eat(seat)
