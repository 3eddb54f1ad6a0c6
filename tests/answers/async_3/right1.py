import asyncio
async def total(numbers):
    return sum(await asyncio.gather(*[fetch(n) for n in numbers]))
