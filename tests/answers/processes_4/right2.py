from concurrent.futures import ProcessPoolExecutor, as_completed
def total(parcels):
    result = 0
    with ProcessPoolExecutor(2) as ex:
        for f in as_completed([ex.submit(weigh, p) for p in parcels]):
            result += f.result()
    return result
