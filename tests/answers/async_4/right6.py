import asyncio
async def all_prices(shops):
    todo = list(map(ask, shops))
    total = 0
    while todo:
        now, todo = todo[:2], todo[2:]
        total += sum(await asyncio.gather(*now))
    return total
