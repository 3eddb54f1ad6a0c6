/* Philosophers who take the fork with the lower number first. */
#define THREADS 8
#define ROUNDS 1
bool forks[THREADS];
proctype dine(byte lower; byte higher) {
    byte round;
    for (round : 1 .. ROUNDS) {
        atomic { !forks[lower] -> forks[lower] = true };
        atomic { !forks[higher] -> forks[higher] = true };
        forks[higher] = false;
        forks[lower] = false
    }
}
init {
    byte seat;
    atomic {
        for (seat : 0 .. THREADS - 2) { run dine(seat, seat + 1) }
        run dine(0, THREADS - 1)
    }
}
