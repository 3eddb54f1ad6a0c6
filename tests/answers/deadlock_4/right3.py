from threading import Lock
kitchen = Lock()
def soup():
    chop()
    with kitchen:
        with knife, pot:
            use_both("soup")
def roast():
    chop()
    with kitchen:
        with pot, knife:
            use_both("roast")
