from concurrent.futures import ProcessPoolExecutor

def primes(first, last):
    count = 0
    for candidate in range(first, last):
        divisor = 2
        prime = True
        while divisor * divisor <= candidate:
            if candidate % divisor == 0:
                prime = False
                break
            divisor += 1
        if prime:
            count += 1
    return count

with ProcessPoolExecutor(2) as executor:
    print(sum(executor.map(primes, [2, 50000, 100000], [50000, 100000, 150000])))
