from threading import Thread
ts = [Thread(target=fetch, args=[p]) for p in ["news", "mail"]]
for t in ts: t.start()
for t in ts: t.join()
report()
