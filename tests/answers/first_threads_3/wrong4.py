# fault: not-together
from threading import Thread
t1 = Thread(target=boil_tea)
t1.start()
t1.join()
t2 = Thread(target=boil_egg)
t2.start()
t2.join()
serve()
