from concurrent.futures import ThreadPoolExecutor
def total(files):
    def job(f):
        n = download(f)
        return check(n)
    with ThreadPoolExecutor(max_workers=2) as ex:
        fs = [ex.submit(job, f) for f in files]
        return sum(f.result() for f in fs)
