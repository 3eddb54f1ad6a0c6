text = ""
for i in range(200_000):
    text += "x"
print(len(text))
parts = []
for i in range(200_000):
    parts.append(str(i))
print(len(",".join(parts)))
lines = [f"{i}: {i * i}" for i in range(100_000)]
print(len("\n".join(lines)))
