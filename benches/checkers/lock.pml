/* Threads that add to one variable under one lock. */
#define THREADS 6
#define ROUNDS 3
byte counter = 0;
bool locked = false;
active [THREADS] proctype work() {
    byte round, seen;
    for (round : 1 .. ROUNDS) {
        atomic { !locked -> locked = true };
        seen = counter;
        counter = seen + 1;
        locked = false
    }
}
