# fault: not-together
def transfer(src, dst, amount):
    if src == dst:
        return True
    lo, hi = min(src, dst), max(src, dst)
    with locks[lo]:
        with locks[hi]:
            if not approve(amount):
                return False
            if coins[src] < amount:
                return False
            coins[src] -= amount
            coins[dst] += amount
            return True
