def take():
    global stock
    with lock:
        if stock > 0:
            stock -= 1
            return True
        return False
def buy(name):
    got = take()
    if got:
        pay(name)
    return got
