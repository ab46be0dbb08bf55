import Foundation

/// What a process has taken of the processors, to the nanosecond: `/proc/PID/stat` counts in hundredths of a second.
enum ProcessorTime {
    /// Of all its threads that are alive, in seconds (`/proc/PID/task/*/schedstat`, first field). 0 once it has ended.
    static func seconds(of process: pid_t) -> Double {
        let folder = "/proc/\(process)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let nanoseconds = threads.reduce(UInt64(0)) { sum, thread in
            let text = (try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)) ?? ""
            return sum + (text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0)
        }
        return Double(nanoseconds) / 1e9
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
