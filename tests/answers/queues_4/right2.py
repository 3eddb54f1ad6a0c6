def worker():
    while (parcel := tasks.get()) is not None:
        results.put(weigh(parcel))
