# fault: error
def worker():
    while True:
        results.put(weigh(tasks.get()))
