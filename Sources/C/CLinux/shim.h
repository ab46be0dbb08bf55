// Linux calls that Swift's Glibc module leaves out: event descriptors, epoll, and a thread's name and priority.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

// Names the calling thread; the kernel keeps 15 bytes (prctl(2)).
static inline void thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Sets the calling thread's niceness: with 0 for the id, Linux means the thread and not its process (setpriority(2)).
static inline int thread_set_niceness(int niceness) { return setpriority(PRIO_PROCESS, 0, niceness); }
