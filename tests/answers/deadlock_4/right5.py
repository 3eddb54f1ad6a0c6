import time
def roast():
    chop()
    while True:
        pot.acquire()
        if knife.acquire(blocking=False):
            break
        pot.release()
        time.sleep(0.01)
    try:
        use_both("roast")
    finally:
        knife.release()
        pot.release()
def soup():
    chop()
    with knife:
        with pot:
            use_both("soup")
