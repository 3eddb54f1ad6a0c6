import threading
def make_breakfast():
    threads = [threading.Thread(target=boil_tea), threading.Thread(target=boil_egg)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    serve()
if __name__ == "__main__":
    make_breakfast()
