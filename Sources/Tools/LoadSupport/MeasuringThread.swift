import Glibc

/// A thread that takes latencies.
package enum MeasuringThread {
    private static let niceness: Int32 = -10

    /// Puts the calling thread before others, where the system grants it: how soon a client gets the processor that it
    /// shares with the server only here is not the server's doing.
    package static func begin() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
}
