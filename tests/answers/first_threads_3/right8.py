from threading import Thread
class Cook(Thread):
    def __init__(self, job):
        super().__init__()
        self.job = job
    def run(self):
        self.job()
cooks = [Cook(boil_tea), Cook(boil_egg)]
for c in cooks: c.start()
for c in cooks: c.join()
serve()
