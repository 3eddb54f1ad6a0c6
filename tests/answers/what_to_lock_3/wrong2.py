# fault: assertion
def buy(name):
    global stock
    pay(name)
    with lock:
        if stock == 0:
            return False
        stock -= 1
    return True
