import asyncio
async def total(numbers):
    tasks = [asyncio.create_task(fetch(n)) for n in numbers]
    s = 0
    for t in tasks:
        s += await t
    return s
