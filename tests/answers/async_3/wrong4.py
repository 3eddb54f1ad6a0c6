# fault: assertion
import asyncio
async def total(numbers):
    s = 0
    async def add(n):
        nonlocal s
        s += await fetch(n)
    await asyncio.gather(*(add(n) for n in numbers))
    return s
