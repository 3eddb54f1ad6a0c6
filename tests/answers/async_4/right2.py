import asyncio
async def all_prices(shops):
    queue = asyncio.Queue()
    for s in shops:
        queue.put_nowait(s)
    total = 0
    async def worker():
        nonlocal total
        while not queue.empty():
            price = await ask(queue.get_nowait())
            total += price
    await asyncio.gather(worker(), worker())
    return total
