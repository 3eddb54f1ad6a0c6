squares = [x * x for x in range(300_000) if x % 2]
evens = {x: x + 1 for x in range(100_000)}
print(len(squares), len(evens), sum(x * x for x in range(300_000)))
