class Counter:
    def __init__(self):
        self.n = 0

    def add(self, k):
        self.n += k

    def get(self):
        return self.n

c = Counter()
for i in range(300_000):
    c.add(1)
print(c.get())

class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return self.x * self.x + self.y * self.y

print(sum(Point(i, i + 1).norm() for i in range(100_000)))
