import threading

def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

results = []
threads = [threading.Thread(target=lambda: results.append(fib(32))) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(results))
