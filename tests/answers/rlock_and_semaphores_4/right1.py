from threading import Thread, Semaphore
def fetch_all(pages):
    permits = Semaphore(2)
    found = [None] * len(pages)
    def work(i, page):
        with permits:
            found[i] = fetch(page)
    threads = [Thread(target=work, args=(i, p)) for i, p in enumerate(pages)]
    for t in threads: t.start()
    for t in threads: t.join()
    return found
