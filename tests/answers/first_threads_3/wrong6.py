# fault: error
from threading import Thread
t1 = Thread(target=boil_tea)
t2 = Thread(target=boil_egg)
t1.run()
t2.run()
serve()
