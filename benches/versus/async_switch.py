import asyncio

ROUNDS = 50_000


async def take_turns():
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(take_turns(), take_turns())


asyncio.run(main())
