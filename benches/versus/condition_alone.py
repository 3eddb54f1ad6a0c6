import threading

def run(count):
    condition = threading.Condition()
    for _ in range(count):
        with condition:
            condition.notify()

run(200000)
