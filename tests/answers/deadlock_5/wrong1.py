# fault: deadlock
def transfer(src, dst, amount):
    if not approve(amount):
        return False
    first, second = sorted((src, dst))
    with locks[first], locks[second]:
        if coins[src] < amount:
            return False
        coins[src] -= amount
        coins[dst] += amount
        return True
