import threading

semaphore = threading.Semaphore(2)

def work(count):
    for _ in range(count):
        semaphore.acquire()
        semaphore.release()

threads = [threading.Thread(target=work, args=(20000,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
