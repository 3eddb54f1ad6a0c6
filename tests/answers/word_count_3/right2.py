from concurrent.futures import ThreadPoolExecutor
def safe(page):
    try:
        return words_on(page), 0
    except Exception:
        return 0, 1
def count_pages(pages):
    with ThreadPoolExecutor(2) as ex:
        results = list(ex.map(safe, pages))
    return dict(words=sum(r[0] for r in results), failed=sum(r[1] for r in results))
