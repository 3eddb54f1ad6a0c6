# fault: assertion
from concurrent.futures import ThreadPoolExecutor
def count_pages(pages):
    words = failed = 0
    with ThreadPoolExecutor(max_workers=2) as ex:
        try:
            for n in ex.map(words_on, pages):
                words += n
        except Exception:
            failed += 1
    return {"words": words, "failed": failed}
