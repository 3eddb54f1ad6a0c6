# fault: not-together
def fetch_all(pages):
    return [fetch(p) for p in pages]
