total = 0
for i in range(1_000_000):
    if i % 3 == 0:
        total += i
print(total)
n = 0
while n < 500_000:
    n += 1
print(n)
