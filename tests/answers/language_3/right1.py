from collections import Counter
def count(words):
    return Counter(words)
