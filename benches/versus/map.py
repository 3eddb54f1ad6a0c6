from concurrent.futures import ThreadPoolExecutor

def work(x):
    return x + 1

with ThreadPoolExecutor(4) as executor:
    total = 0
    for value in executor.map(work, range(100000)):
        total += value
    print(total)
