from concurrent.futures import ThreadPoolExecutor
def fetch_all(pages):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(fetch, pages))
