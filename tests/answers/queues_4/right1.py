def worker():
    while True:
        parcel = tasks.get()
        if parcel is None:
            break
        results.put(weigh(parcel))
