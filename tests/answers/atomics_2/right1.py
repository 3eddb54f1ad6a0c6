def book():
    while True:
        n = seats.load()
        if n == 0:
            return False
        if seats.compare_exchange(n, n - 1):
            return True
