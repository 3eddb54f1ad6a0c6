from threading import Thread
def fetch_all(pages):
    out = {}
    def work(page):
        out[page] = fetch(page)
    threads = [Thread(target=work, args=(page,)) for page in pages]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return [out[page] for page in pages]
