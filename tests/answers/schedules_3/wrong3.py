# fault: race
from threading import Thread
import time
news = Thread(target=fetch_news)
mail = Thread(target=fetch_mail)
news.start(); mail.start()
while len(pages) < 2:
    time.sleep(0.01)
report()
