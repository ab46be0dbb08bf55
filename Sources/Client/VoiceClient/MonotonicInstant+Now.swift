import Glibc
import Playout

extension MonotonicInstant {
    /// The machine's monotonic clock, read.
    static var now: MonotonicInstant {
        var time = timespec()
        unsafe _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
