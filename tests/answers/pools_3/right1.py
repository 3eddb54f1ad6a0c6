from concurrent.futures import ThreadPoolExecutor
def total(numbers):
    with ThreadPoolExecutor(max_workers=2) as executor:
        return sum(executor.map(fetch, numbers))
