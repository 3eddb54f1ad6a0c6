# fault: assertion
def book():
    n = seats.load()
    if n == 0:
        return False
    return seats.compare_exchange(n, n - 1)
