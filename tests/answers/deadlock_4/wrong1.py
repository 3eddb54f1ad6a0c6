# fault: assertion
def soup():
    chop()
    with knife:
        with pot:
            use_both("soup")
def roast():
    chop()
    with pot:
        use_both("roast")
