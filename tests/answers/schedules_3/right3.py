from threading import Thread, Event
news_done = Event()
mail_done = Event()
def get_news():
    fetch_news()
    news_done.set()
def get_mail():
    fetch_mail()
    mail_done.set()
def rep():
    news_done.wait()
    mail_done.wait()
    report()
ts = [Thread(target=f) for f in (get_news, get_mail, rep)]
for t in ts: t.start()
for t in ts: t.join()
