import asyncio
def fetch_all(pages):
    async def main():
        return await asyncio.gather(*(asyncio.to_thread(fetch, p) for p in pages))
    return asyncio.run(main())
