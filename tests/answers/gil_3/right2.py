from concurrent.futures import ThreadPoolExecutor
def total(files):
    with ThreadPoolExecutor() as ex:
        numbers = list(ex.map(download, files))
        return sum(ex.map(check, numbers))
