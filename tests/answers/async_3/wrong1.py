# fault: too-slow
import asyncio
async def total(numbers):
    return sum([await fetch(n) for n in numbers])
