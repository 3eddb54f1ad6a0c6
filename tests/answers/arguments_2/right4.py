from threading import Thread
class Fetcher(Thread):
    def __init__(self, page):
        Thread.__init__(self)
        self.page = page
        self.result = None
    def run(self):
        self.result = fetch(self.page)
def fetch_all(pages):
    fs = [Fetcher(p) for p in pages]
    for f in fs: f.start()
    for f in fs: f.join()
    return [f.result for f in fs]
