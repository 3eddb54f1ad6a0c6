import threading

condition = threading.Condition()
turn = 0

def work(mine, count):
    global turn
    for _ in range(count):
        with condition:
            while turn != mine:
                condition.wait()
            turn = 1 - mine
            condition.notify()

threads = [threading.Thread(target=work, args=(i, 10000)) for i in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
