import threading
threads = []
for f in (boil_tea, boil_egg):
    t = threading.Thread(target=f)
    t.start()
    threads.append(t)
for t in threads:
    t.join()
serve()
