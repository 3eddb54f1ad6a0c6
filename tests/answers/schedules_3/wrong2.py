# fault: assertion
from threading import Thread
news = Thread(target=fetch_news)
mail = Thread(target=fetch_mail)
news.start(); mail.start()
news.join()
report()
mail.join()
