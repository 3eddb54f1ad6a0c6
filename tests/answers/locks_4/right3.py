from threading import Lock
class Ballot:
    def __init__(self, votes):
        self.lock = Lock()
    def add(self, name):
        with self.lock:
            votes[name] += 1
ballot = Ballot(votes)
def vote(name):
    if is_known(name):
        ballot.add(name)
