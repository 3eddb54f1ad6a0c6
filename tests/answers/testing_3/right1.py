from threading import Thread
def test(take):
    global stock
    stock = 1
    results = []
    def work():
        results.append(take())
    ts = [Thread(target=work) for _ in range(2)]
    for t in ts: t.start()
    for t in ts: t.join()
    assert results.count(True) == 1
    assert stock == 0
