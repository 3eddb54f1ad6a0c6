import threading

def work():
    return 1

def run(count):
    for _ in range(count):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    return count

print(run(10000))
