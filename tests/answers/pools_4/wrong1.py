# fault: assertion
from concurrent.futures import ThreadPoolExecutor
def sum_of_prices(shops):
    try:
        with ThreadPoolExecutor(max_workers=2) as ex:
            return sum(ex.map(ask, shops))
    except Exception:
        return 0
