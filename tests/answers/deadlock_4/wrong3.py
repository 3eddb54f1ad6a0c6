# fault: not-together
def soup():
    with knife, pot:
        chop()
        use_both("soup")
def roast():
    with knife, pot:
        chop()
        use_both("roast")
