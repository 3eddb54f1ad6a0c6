from contextlib import ExitStack
def transfer(src, dst, amount):
    if not approve(amount):
        return False
    with ExitStack() as stack:
        for i in sorted({src, dst}):
            stack.enter_context(locks[i])
        if coins[src] < amount:
            return False
        coins[src] -= amount
        coins[dst] += amount
    return True
