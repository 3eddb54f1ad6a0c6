from threading import Thread
jobs = [Thread(target=boil, args=("tea",)), Thread(target=boil, args=("egg",))]
for job in jobs:
    job.start()
for job in jobs:
    job.join()
serve()
