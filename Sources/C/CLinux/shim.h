// Linux calls that Swift's Glibc module leaves out: event descriptors, epoll, and a thread's name and place among others.
#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

// Puts the calling thread under a policy of sched(7), with a niceness (usual policies), a priority (real-time ones) and
// slices of that many nanoseconds (usual policies, from Linux 6.12 on; 0 for the system's own). Not 0 if that is not
// granted; then nothing is changed.
static inline int thread_set_scheduling(int policy, int niceness, unsigned priority, uint64_t slice_nanoseconds) {
    struct thread_scheduling wish = {
        .size = sizeof wish, .policy = (uint32_t)policy, .niceness = niceness, .priority = priority,
        .runtime = slice_nanoseconds};
    return (int)syscall(SYS_sched_setattr, 0, &wish, 0);
}
