// Linux calls that Swift's Glibc module leaves out: event descriptors, epoll, random numbers, and a thread's name, scheduling,
// processor and timers.
#pragma once
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Names the calling thread; the kernel keeps 15 bytes (prctl(2)).
static inline void thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// sched_setattr(2)'s argument, which glibc does not declare before 2.41.
struct thread_scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t niceness;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

// Puts the calling thread under a usual policy of sched(7), with a niceness and slices of that many nanoseconds (from Linux
// 6.12 on; 0 for the system's own). Not 0 if that is not granted; then nothing is changed.
static inline int thread_set_scheduling(int policy, int niceness, uint64_t slice_nanoseconds) {
    struct thread_scheduling wish = {
        .size = sizeof wish, .policy = (uint32_t)policy, .niceness = niceness, .runtime = slice_nanoseconds};
    return (int)syscall(SYS_sched_setattr, 0, &wish, 0);
}

// Keeps the calling thread on one processor: 0 if it was done (sched_setaffinity(2)).
static inline int thread_set_processor(unsigned processor) {
    unsigned long mask[16] = {0};
    const unsigned bits = 8 * sizeof mask[0];
    if (processor >= 16 * bits) return -1;
    mask[processor / bits] = 1ul << processor % bits;
    return (int)syscall(SYS_sched_setaffinity, 0, sizeof mask, mask);
}

// Lets the calling thread run on any processor again.
static inline int thread_set_all_processors(void) {
    unsigned long mask[16];
    for (unsigned i = 0; i < 16; i++) mask[i] = ~0ul;
    return (int)syscall(SYS_sched_setaffinity, 0, sizeof mask, mask);
}

// Lets the calling thread's waits end when they are over, not up to 50 microseconds later (prctl(2)).
static inline void thread_set_precise_waits(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

// epoll_wait(2) with a time-out in nanoseconds; negative waits without end. Kernels before 5.11 count in milliseconds.
static inline int epoll_wait_nanoseconds(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds) {
    struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = (int)syscall(SYS_epoll_pwait2, epoll, events, capacity, nanoseconds < 0 ? 0 : &timeout, 0, 0);
    // A system call filter may answer EPERM to what it does not know.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    return epoll_wait(epoll, events, capacity, nanoseconds < 0 ? -1 : (int)((nanoseconds + 999999) / 1000000));
}

// sem_clockwait(3), which glibc (from 2.30 on) declares for those only who ask for all of GNU. <semaphore.h> declares structures
// that belong to Glibc's own module, so the sem_t goes without a type.
extern int sem_clockwait(void *semaphore, clockid_t clock, const struct timespec *deadline);

// Waits until the semaphore is posted: 0; or until that instant of the monotonic clock, or a signal: not 0.
static inline int semaphore_wait_until(void *semaphore, int64_t nanoseconds) {
    struct timespec deadline = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline);
}

// Waits until the descriptor is readable, for so many nanoseconds at most; negative waits without end. 1 if it is readable.
static inline int poll_readable(int descriptor, int64_t nanoseconds) {
    struct { int descriptor; short events, returned; } polled = {descriptor, 1 /* POLLIN */, 0};
    struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return (int)syscall(SYS_ppoll, &polled, 1, nanoseconds < 0 ? 0 : &timeout, 0, 0) == 1;
}
