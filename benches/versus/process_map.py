from concurrent.futures import ProcessPoolExecutor

def work(x):
    return x + 1

with ProcessPoolExecutor(2) as executor:
    print(sum(executor.map(work, range(10000), chunksize=100)))
