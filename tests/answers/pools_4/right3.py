from concurrent.futures import ThreadPoolExecutor
def sum_of_prices(shops):
    total = 0
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(ask, shop) for shop in shops]
        for f in futures:
            try:
                total += f.result()
            except Exception as e:
                total += 0
    return total
