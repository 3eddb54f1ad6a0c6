def scale(factor):
    old = amount.load()
    while not amount.compare_exchange(old, old * factor):
        old = amount.load()
