# fault: assertion
from threading import Thread
def word_count(parts):
    total = {}
    def work(part):
        for word, n in count_part(part).items():
            total[word] = total.get(word, 0) + n
    ts = [Thread(target=work, args=(p,)) for p in parts]
    for t in ts: t.start()
    for t in ts: t.join()
    return total
