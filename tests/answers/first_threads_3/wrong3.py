# fault: assertion
from threading import Thread
import time
t1 = Thread(target=boil_tea)
t2 = Thread(target=boil_egg)
t1.start()
t2.start()
time.sleep(1)
serve()
