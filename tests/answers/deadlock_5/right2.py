from threading import Lock
bank = Lock()
def transfer(from_, to, amount):
    if not approve(amount):
        return False
    with bank:
        if coins[from_] < amount:
            return False
        coins[from_] -= amount
        coins[to] += amount
    return True
