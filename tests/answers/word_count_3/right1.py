from concurrent.futures import ThreadPoolExecutor
def count_pages(pages):
    words = failed = 0
    with ThreadPoolExecutor(max_workers=2) as ex:
        futures = [ex.submit(words_on, p) for p in pages]
        for f in futures:
            try:
                words += f.result()
            except Exception:
                failed += 1
    return {"words": words, "failed": failed}
