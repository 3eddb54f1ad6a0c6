# fault: too-many-at-work
import asyncio
async def all_prices(shops):
    return sum(await asyncio.gather(*(ask(s) for s in shops)))
