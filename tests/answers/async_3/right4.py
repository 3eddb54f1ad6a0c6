import asyncio
async def total(numbers):
    s = 0
    for done in asyncio.as_completed([fetch(n) for n in numbers]):
        s += await done
    return s
