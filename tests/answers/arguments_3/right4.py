from concurrent.futures import ThreadPoolExecutor, as_completed
def count_good(pages):
    good = 0
    with ThreadPoolExecutor(max_workers=len(pages)) as ex:
        for f in as_completed([ex.submit(fetch, p) for p in pages]):
            try:
                f.result()
                good += 1
            except Exception as e:
                pass
    return good
