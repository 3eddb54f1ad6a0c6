from concurrent.futures import ThreadPoolExecutor
def total(numbers):
    ex = ThreadPoolExecutor(max_workers=2)
    try:
        futures = [ex.submit(fetch, n) for n in numbers]
        return sum([f.result() for f in futures])
    finally:
        ex.shutdown()
