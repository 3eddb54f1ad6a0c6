def primes(limit):
    count = 0
    for candidate in range(2, limit):
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

print(primes(100000))
