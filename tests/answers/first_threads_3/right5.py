from threading import Thread
t = Thread(target=boil_tea)
t.start()
boil_egg()
t.join()
serve()
