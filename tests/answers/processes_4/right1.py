from concurrent.futures import ProcessPoolExecutor
def total(parcels):
    with ProcessPoolExecutor(max_workers=2) as ex:
        return sum(ex.map(weigh, parcels))
