# fault: assertion
def buy(name):
    global stock
    with lock:
        if stock == 0:
            return False
    pay(name)
    with lock:
        stock -= 1
    return True
