from concurrent.futures import ThreadPoolExecutor

def work(x):
    return x + 1

def run(executor, count):
    total = 0
    for i in range(count):
        total += executor.submit(work, i).result()
    return total

with ThreadPoolExecutor(4) as executor:
    print(run(executor, 10000))
