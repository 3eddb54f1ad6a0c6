def worker():
    for parcel in iter(tasks.get, None):
        results.put(weigh(parcel))
