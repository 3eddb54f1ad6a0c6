# fault: too-slow
import asyncio
async def total(numbers):
    coros = [fetch(n) for n in numbers]
    s = 0
    for c in coros:
        s += await c
    return s
