def cook(dish):
    chop()
    with knife:
        with pot:
            use_both(dish)
def soup():
    cook("soup")
def roast():
    cook("roast")
