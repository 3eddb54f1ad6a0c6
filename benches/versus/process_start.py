from concurrent.futures import ProcessPoolExecutor

def identity(x):
    return x

with ProcessPoolExecutor(2) as executor:
    print(sum(executor.map(identity, [1, 2])))
