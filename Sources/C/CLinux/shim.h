// Linux calls that Swift's Glibc module leaves out: event descriptors, epoll, and the name of a thread.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// Names the calling thread; the kernel keeps 15 bytes (prctl(2)).
static inline void thread_set_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
