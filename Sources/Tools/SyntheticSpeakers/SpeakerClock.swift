import Glibc

/// The clocks of an engine's thread. No system call but for the last.
enum SpeakerClock {
    /// What frames are due by.
    static var monotonic: UInt64 { nanoseconds(CLOCK_MONOTONIC) }
    /// What the kernel stamps datagrams with.
    static var realTime: UInt64 { nanoseconds(CLOCK_REALTIME) }
    /// What the calling thread has taken of processors.
    static var thread: UInt64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

    @inline(__always)
    private static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
