from threading import Semaphore
room = Semaphore(3)
def dine(seat):
    with room:
        with forks[seat]:
            with forks[(seat + 1) % 4]:
                eat(seat)
