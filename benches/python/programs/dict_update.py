counts = {}
for i in range(300_000):
    key = i % 1000
    counts[key] = counts.get(key, 0) + 1
print(len(counts), counts[7])
words = ["apple", "pear", "plum", "fig"]
seen = {}
for i in range(200_000):
    word = words[i % 4]
    if word in seen:
        seen[word] += 1
    else:
        seen[word] = 1
print(sorted(seen.items()))
