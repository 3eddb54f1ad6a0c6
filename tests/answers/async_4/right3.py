import asyncio
async def all_prices(shops):
    total = 0
    for i in range(0, len(shops), 2):
        prices = await asyncio.gather(*[ask(s) for s in shops[i:i + 2]])
        total += sum(prices)
    return total
