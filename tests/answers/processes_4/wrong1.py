# fault: assertion
from concurrent.futures import ProcessPoolExecutor
def total(parcels):
    results = []
    def work(p):
        results.append(weigh(p))
    with ProcessPoolExecutor(2) as ex:
        for p in parcels:
            ex.submit(work, p)
    return sum(results)
