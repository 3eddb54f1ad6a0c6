# fault: deadlock
def buy(name):
    global stock
    lock.acquire()
    if stock == 0:
        return False
    stock -= 1
    lock.release()
    pay(name)
    return True
