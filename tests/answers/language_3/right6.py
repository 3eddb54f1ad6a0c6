def count(words):
    counts = dict()
    for word in words:
        counts.setdefault(word, 0)
        counts[word] += 1
    return counts
