# fault: assertion
from threading import Thread
t1 = Thread(target=boil_tea)
t2 = Thread(target=boil_egg)
t1.start()
t2.start()
serve()
