from threading import Thread
news = Thread(target=fetch_news)
mail = Thread(target=fetch_mail)
news.start()
mail.start()
def reporting():
    news.join()
    mail.join()
    report()
reporter = Thread(target=reporting)
reporter.start()
reporter.join()
