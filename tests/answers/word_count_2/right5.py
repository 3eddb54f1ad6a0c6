from collections import Counter
from concurrent.futures import ThreadPoolExecutor
def word_count(parts):
    with ThreadPoolExecutor() as ex:
        return sum((Counter(c) for c in ex.map(count_part, parts)), Counter())
