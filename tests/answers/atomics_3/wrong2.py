# fault: assertion
def scale(factor):
    old = amount.load()
    amount.compare_exchange(old, old * factor)
