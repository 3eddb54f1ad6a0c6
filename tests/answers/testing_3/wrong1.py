# fault: impossible-output
from threading import Thread
def test(take):
    global stock
    stock = 1
    ts = [Thread(target=take) for _ in range(2)]
    for t in ts: t.start()
    for t in ts: t.join()
    assert stock == 0
