import CLinux
import Glibc

/// How the kernel shares the processors between a thread and others (sched(7)). All of it is a wish: what the system does
/// not grant or know leaves the thread like others.
///
/// Since Linux 6.12 whoever wakes up goes before whoever runs, if it asked for the shorter slices of time. So a thread that
/// works through a lot asks for long ones, and is in nobody's way.
public struct ThreadScheduling: Equatable, Sendable {
    /// −20 (before all others) … 19 (after them), as in setpriority(2). Below 0 only with CAP_SYS_NICE or a fitting
    /// RLIMIT_NICE.
    public var niceness: Int32
    /// 100,000 … 100,000,000; 0 leaves what the system gives.
    public var sliceNanoseconds: UInt64
    /// Whether it never goes before whoever runs when it wakes up (`SCHED_BATCH`).
    public var isBatch: Bool

    /// `SCHED_BATCH`, which sched.h shows to GNU C only.
    private static let batchPolicy: Int32 = 3

    public init(niceness: Int32 = 0, sliceNanoseconds: UInt64 = 0, isBatch: Bool = false) {
        self.niceness = niceness
        self.sliceNanoseconds = sliceNanoseconds
        self.isBatch = isBatch
    }

    /// Puts the calling thread under it; threads that it starts inherit it. Two system calls at most.
    public func apply() {
        let policy = isBatch ? Self.batchPolicy : SCHED_OTHER
        if thread_set_scheduling(policy, niceness, sliceNanoseconds) == 0 { return }
        _ = thread_set_scheduling(policy, max(0, niceness), sliceNanoseconds)
    }
}
