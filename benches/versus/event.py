import threading

ping = threading.Event()
pong = threading.Event()

def work(count):
    for _ in range(count):
        ping.wait()
        ping.clear()
        pong.set()

def run(count):
    for _ in range(count):
        ping.set()
        pong.wait()
        pong.clear()

thread = threading.Thread(target=work, args=(20000,))
thread.start()
run(20000)
thread.join()
