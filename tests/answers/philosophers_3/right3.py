def dine(seat):
    a = forks[seat]
    b = forks[(seat + 1) % len(forks)]
    if seat % 2 == 0:
        a, b = b, a
    with a:
        with b:
            eat(seat)
