# fault: assertion
def listen(red, blue):
    s = 0
    while True:
        got = select([red, blue])
        if not got.ok:
            break
        s += got.value
    return s
