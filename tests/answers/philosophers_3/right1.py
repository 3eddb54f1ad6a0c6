def dine(seat):
    left, right = sorted([seat, (seat + 1) % 4])
    with forks[left], forks[right]:
        eat(seat)
