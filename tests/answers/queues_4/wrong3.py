# fault: assertion
def worker():
    parcel = tasks.get()
    if parcel is not None:
        results.put(weigh(parcel))
