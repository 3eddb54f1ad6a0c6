/* Threads that add to one variable without a lock: a read and a write each. */
#define THREADS 3
#define ROUNDS 3
byte counter = 0;
active [THREADS] proctype work() {
    byte round, seen;
    for (round : 1 .. ROUNDS) {
        seen = counter;
        counter = seen + 1
    }
}
