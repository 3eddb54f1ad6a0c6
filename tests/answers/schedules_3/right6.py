import threading, time
news = threading.Thread(target=fetch_news)
mail = threading.Thread(target=fetch_mail)
news.start(); mail.start()
def waiter():
    for t in (news, mail):
        while t.is_alive():
            t.join(0.05)
    report()
r = threading.Thread(target=waiter)
r.start()
r.join()
