# fault: not-together
def sum_of_prices(shops):
    total = 0
    for shop in shops:
        try:
            total += ask(shop)
        except Exception:
            pass
    return total
