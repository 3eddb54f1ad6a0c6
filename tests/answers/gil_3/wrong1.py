# fault: too-slow
from concurrent.futures import ThreadPoolExecutor
def total(files):
    with ThreadPoolExecutor() as ex:
        numbers = list(ex.map(download, files))
    return sum(check(n) for n in numbers)
