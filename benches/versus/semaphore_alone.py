import threading

def run(count):
    semaphore = threading.Semaphore(2)
    for _ in range(count):
        semaphore.acquire()
        semaphore.release()

run(200000)
