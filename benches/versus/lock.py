import threading

lock = threading.Lock()
counter = 0

def work():
    global counter
    for _ in range(100000):
        with lock:
            counter += 1

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counter)
