# fault: assertion
def scale(factor):
    old = amount.load()
    if not amount.compare_exchange(old, old * factor):
        scale(factor + 1)
