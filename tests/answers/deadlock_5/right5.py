def transfer(src, dst, amount):
    if not approve(amount):
        return False
    with locks[src]:
        if coins[src] < amount:
            return False
        coins[src] -= amount
    with locks[dst]:
        coins[dst] += amount
    return True
