#ifndef ROOMTONE_SQLITE_SHIM_H
#define ROOMTONE_SQLITE_SHIM_H

#include <sqlite3.h>

/// Stops SQLite's count of allocated bytes, for which every allocation of every connection takes one mutex.
/// Before the first connection is opened; SQLITE_MISUSE afterwards. sqlite3_config takes variable arguments, which
/// Swift cannot pass.
static inline int roomtone_sqlite_disable_memory_status(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

#endif
