from concurrent.futures import ThreadPoolExecutor
def count(first, second):
    with ThreadPoolExecutor(2) as ex:
        return sum(ex.map(lambda votes: sum([read_vote(v) for v in votes]), [first, second]))
