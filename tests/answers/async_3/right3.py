import asyncio
async def total(numbers):
    async with asyncio.TaskGroup() as tg:
        tasks = [tg.create_task(fetch(n)) for n in numbers]
    return sum(t.result() for t in tasks)
