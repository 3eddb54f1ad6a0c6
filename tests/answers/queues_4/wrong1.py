# fault: error
def worker():
    while not tasks.empty():
        results.put(weigh(tasks.get()))
