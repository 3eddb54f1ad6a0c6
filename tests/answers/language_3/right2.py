from collections import defaultdict
def count(words):
    counts = defaultdict(int)
    for w in words:
        counts[w] += 1
    return dict(counts)
