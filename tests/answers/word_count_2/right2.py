from concurrent.futures import ThreadPoolExecutor
from collections import Counter
def word_count(parts):
    total = Counter()
    with ThreadPoolExecutor() as ex:
        for counts in ex.map(count_part, parts):
            total.update(counts)
    return dict(total)
