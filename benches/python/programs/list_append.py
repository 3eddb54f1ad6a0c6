def build(n):
    items = []
    for i in range(n):
        items.append(i * 2)
    return items

print(len(build(400_000)), sum(build(100_000)))
