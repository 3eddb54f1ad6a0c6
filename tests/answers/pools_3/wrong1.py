# fault: too-many-at-work
from concurrent.futures import ThreadPoolExecutor
def total(numbers):
    with ThreadPoolExecutor(max_workers=8) as executor:
        return sum(executor.map(fetch, numbers))
