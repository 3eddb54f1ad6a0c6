from concurrent.futures import ThreadPoolExecutor
from collections import defaultdict
def word_count(parts):
    total = defaultdict(int)
    with ThreadPoolExecutor(max_workers=2) as ex:
        for counts in ex.map(count_part, parts):
            for word in counts:
                total[word] += counts[word]
    return total
