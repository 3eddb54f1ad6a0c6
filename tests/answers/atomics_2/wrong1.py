# fault: assertion
def book():
    n = seats.load()
    if n > 0:
        seats.store(n - 1)
        return True
    return False
