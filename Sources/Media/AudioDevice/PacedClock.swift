import Glibc

/// Beats that stay on time: each is an absolute instant of the monotonic clock, so that delays do not add up.
struct PacedClock {
    private var next: timespec
    private let nanoseconds: Int

    /// The first beat comes one period from now.
    init(periodNanoseconds: Int) {
        next = timespec()
        nanoseconds = periodNanoseconds
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &next)
    }

    /// Sleeps until the next beat; returns at once when it has passed (clock_nanosleep(2)).
    mutating func wait() {
        next.tv_nsec += nanoseconds
        next.tv_sec += next.tv_nsec / 1_000_000_000
        next.tv_nsec %= 1_000_000_000
        while unsafe clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &next, nil) == EINTR {}
    }
}
