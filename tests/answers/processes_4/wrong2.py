# fault: wrong-means
from concurrent.futures import ThreadPoolExecutor
def total(parcels):
    with ThreadPoolExecutor(2) as ex:
        return sum(ex.map(weigh, parcels))
