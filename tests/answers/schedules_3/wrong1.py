# fault: assertion
from threading import Thread
import time
news = Thread(target=fetch_news)
mail = Thread(target=fetch_mail)
news.start(); mail.start()
def rep():
    time.sleep(5)
    report()
r = Thread(target=rep)
r.start()
r.join()
