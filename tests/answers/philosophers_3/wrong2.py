# fault: livelock
import time
def dine(seat):
    with forks[seat]:
        while not forks[(seat + 1) % 4].acquire(timeout=0.1):
            pass
        eat(seat)
        forks[(seat + 1) % 4].release()
