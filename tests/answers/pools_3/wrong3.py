# fault: not-together
from concurrent.futures import ThreadPoolExecutor
def total(numbers):
    with ThreadPoolExecutor(2) as ex:
        return sum(ex.submit(fetch, n).result() for n in numbers)
