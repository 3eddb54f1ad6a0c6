def scale(factor):
    while True:
        old = amount.load()
        if amount.compare_exchange(old, old * factor):
            return
