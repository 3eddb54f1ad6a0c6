from threading import Thread
def listen(red, blue):
    sums = []
    def hear(line):
        sums.append(sum(n for n in line))
    ts = [Thread(target=hear, args=(line,)) for line in (red, blue)]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(sums)
