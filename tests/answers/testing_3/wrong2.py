# fault: impossible-output
def test(take):
    global stock
    stock = 1
    assert take()
    assert not take()
    assert stock == 0
