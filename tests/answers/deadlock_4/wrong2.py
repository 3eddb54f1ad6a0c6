# fault: deadlock
import time
def soup():
    chop()
    with knife:
        time.sleep(0.1)
        with pot:
            use_both("soup")
def roast():
    chop()
    time.sleep(0.5)
    with pot:
        with knife:
            use_both("roast")
