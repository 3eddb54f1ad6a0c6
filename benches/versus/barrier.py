import threading

barrier = threading.Barrier(4)

def work(count):
    for _ in range(count):
        barrier.wait()

threads = [threading.Thread(target=work, args=(5000,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
