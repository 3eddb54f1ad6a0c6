import threading

def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

results = []
for _ in range(2):
    thread = threading.Thread(target=lambda: results.append(fib(32)))
    thread.start()
    thread.join()
print(sum(results))
