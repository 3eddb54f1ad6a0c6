import asyncio
async def total(numbers):
    async def one(n):
        try:
            return await fetch(n)
        except Exception:
            return 0
    coros = (one(n) for n in numbers)
    return sum(await asyncio.gather(*coros))
