import threading

def run(count):
    event = threading.Event()
    for _ in range(count):
        event.set()
        event.wait()
        event.clear()

run(200000)
