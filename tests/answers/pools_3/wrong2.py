# fault: assertion
from concurrent.futures import ThreadPoolExecutor
def total(numbers):
    s = 0
    with ThreadPoolExecutor(2) as ex:
        def add(n):
            nonlocal s
            s += fetch(n)
        for n in numbers:
            ex.submit(add, n)
    return s
