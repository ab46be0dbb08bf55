import Foundation

/// What a process has taken of the processors, to the nanosecond: `/proc/PID/stat` counts in hundredths of a second.
enum ProcessorTime {
    /// Of all its threads, those that have ended included, in seconds (`clock_getcpuclockid(3)`). 0 once it has ended.
    static func seconds(of process: pid_t) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Of the whole machine by others than idle, in seconds, and what there was in all (`/proc/stat`).
    static var machine: (busy: Double, all: Double) {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let ticks = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        // user, nice, system, idle, iowait, …; guests are in user already.
        guard ticks.count >= 8 else { return (0, 0) }
        let all = ticks[..<8].reduce(0, +)
        return ((all - ticks[3] - ticks[4]) / 100, all / 100)
    }
}
