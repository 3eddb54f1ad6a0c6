# fault: error
async def total(numbers):
    return sum(fetch(n) for n in numbers)
