from concurrent.futures import ThreadPoolExecutor
def count_good(pages):
    with ThreadPoolExecutor() as ex:
        futures = [ex.submit(fetch, p) for p in pages]
    return sum(1 for f in futures if f.exception() is None)
