people = [("name%d" % (i * 7919 % 100_003), i % 97) for i in range(100_000)]
by_age = sorted(people, key=lambda person: person[1])
people.sort(key=lambda person: person[0])
print(by_age[0], by_age[-1], people[0])
numbers = [i * 7919 % 100_003 for i in range(200_000)]
numbers.sort(reverse=True)
print(numbers[:3])
