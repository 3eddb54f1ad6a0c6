# fault: too-many-at-work
from concurrent.futures import ThreadPoolExecutor
def sum_of_prices(shops):
    total = 0
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(ask, shop) for shop in shops]
        for f in futures:
            try:
                total += f.result()
            except Exception as e:
                pass
    return total
