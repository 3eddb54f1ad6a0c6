import asyncio
async def all_prices(shops):
    sem = asyncio.Semaphore(2)
    async def one(s):
        async with sem:
            return await ask(s)
    return sum(await asyncio.gather(*map(one, shops)))
