import threading

def work(name):
    for i in range(50000):
        print(name, i)

threads = [threading.Thread(target=work, args=(name,)) for name in "ABCD"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
