from concurrent.futures import ThreadPoolExecutor, wait
with ThreadPoolExecutor(max_workers=2) as pool:
    futures = [pool.submit(fetch_news), pool.submit(fetch_mail)]
    wait(futures)
    report()
