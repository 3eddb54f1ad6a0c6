import asyncio
async def all_prices(shops):
    sem = asyncio.Semaphore(2)
    async def one(shop):
        async with sem:
            return await ask(shop)
    return sum(await asyncio.gather(*(one(s) for s in shops)))
