from concurrent.futures import ThreadPoolExecutor
def fetch_all(pages):
    with ThreadPoolExecutor(max_workers=2) as ex:
        return list(ex.map(fetch, pages))
