# fault: too-slow
def fetch_all(pages):
    return list(map(fetch, pages))
