# fault: error
from threading import Thread
t1 = Thread(target=boil_tea())
t2 = Thread(target=boil_egg())
t1.start(); t2.start()
t1.join(); t2.join()
serve()
