def soup():
    chop()
    with knife, pot:
        use_both("soup")
def roast():
    chop()
    with knife, pot:
        use_both("roast")
