from concurrent.futures import ThreadPoolExecutor, as_completed
def total(numbers):
    s = 0
    with ThreadPoolExecutor(2) as ex:
        futures = {ex.submit(fetch, n): n for n in numbers}
        for f in as_completed(futures):
            s += f.result()
    return s
