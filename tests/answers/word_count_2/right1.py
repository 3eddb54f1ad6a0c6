from threading import Thread, Lock
def word_count(parts):
    total = {}
    lock = Lock()
    def work(part):
        counts = count_part(part)
        with lock:
            for word, n in counts.items():
                total[word] = total.get(word, 0) + n
    ts = [Thread(target=work, args=(p,)) for p in parts]
    for t in ts: t.start()
    for t in ts: t.join()
    return total
