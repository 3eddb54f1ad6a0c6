import queue
import threading

there = queue.Queue()
back = queue.Queue()

def work():
    while True:
        item = there.get()
        if item < 0:
            return
        back.put(item + 1)

def run(count):
    total = 0
    for i in range(count):
        there.put(i)
        total += back.get()
    return total

thread = threading.Thread(target=work)
thread.start()
print(run(20000))
there.put(-1)
thread.join()
