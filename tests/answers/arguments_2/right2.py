from concurrent.futures import ThreadPoolExecutor
def fetch_all(pages):
    with ThreadPoolExecutor() as ex:
        return list(ex.map(fetch, pages))
