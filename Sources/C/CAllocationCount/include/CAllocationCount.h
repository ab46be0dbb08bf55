// Counts what a thread takes from the heap. A program that links this has its own malloc(3) and its relatives in front of
// the C library's; it costs one addition a call. For programs that measure: the server does not link it.
#pragma once
#include <stdint.h>

// Calls of malloc, calloc, realloc and the aligned ones by the calling thread so far.
uint64_t allocation_count(void);
