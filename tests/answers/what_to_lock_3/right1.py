def buy(name):
    global stock
    with lock:
        if stock == 0:
            return False
        stock -= 1
    pay(name)
    return True
