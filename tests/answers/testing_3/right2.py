from concurrent.futures import ThreadPoolExecutor
def test(take):
    global stock
    stock = 1
    with ThreadPoolExecutor(2) as ex:
        fs = [ex.submit(take) for _ in range(2)]
        got = sum(f.result() for f in fs)
    assert got == 1, f"{got} have got it"
    assert stock == 0, f"stock is {stock}"
