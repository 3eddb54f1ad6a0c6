# fault: too-many-at-work
import asyncio
async def all_prices(shops):
    async def one(shop):
        sem = asyncio.Semaphore(2)
        async with sem:
            return await ask(shop)
    return sum(await asyncio.gather(*(one(s) for s in shops)))
