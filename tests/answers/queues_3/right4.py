from concurrent.futures import ThreadPoolExecutor
def bake_all(orders):
    with ThreadPoolExecutor(max_workers=2) as ex:
        return sum(ex.map(bake, orders))
