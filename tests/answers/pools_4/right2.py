from concurrent.futures import ThreadPoolExecutor, as_completed
def sum_of_prices(shops):
    total = 0
    with ThreadPoolExecutor(max_workers=2) as executor:
        futures = [executor.submit(ask, s) for s in shops]
        for future in as_completed(futures):
            if future.exception() is None:
                total += future.result()
    return total
