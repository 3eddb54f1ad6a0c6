def buy(name):
    global stock
    lock.acquire()
    try:
        if stock <= 0:
            return False
        stock -= 1
    finally:
        lock.release()
    pay(name)
    return True
