import Foundation
import Glibc

/// What the kernel says of this process (proc(5)).
struct ProcessFigures: Sendable, Equatable {
    var residentBytes: UInt64 = 0
    var virtualBytes: UInt64 = 0
    var threads: UInt64 = 0
    var processorSeconds = 0.0
    /// Seconds since 1970; 0 if unknown.
    var startSeconds = 0.0
    var openFiles = 0
    var openFilesMax: UInt64 = 0

    /// Reads `/proc/self`: some file reads, no lock of ours. Any thread.
    static func read() -> ProcessFigures {
        let text = { (name: String) in (try? String(contentsOfFile: "/proc/" + name, encoding: .utf8)) ?? "" }
        var figures = ProcessFigures(
            status: text("self/status"), statistics: text("self/stat"), machine: text("stat"),
            ticksPerSecond: Double(max(1, sysconf(Int32(_SC_CLK_TCK)))))
        figures.openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.openFilesMax = UInt64(limit.rlim_cur)
        }
        return figures
    }

    init() {}

    /// - Parameters: contents of `/proc/self/status`, `/proc/self/stat` and `/proc/stat`.
    init(status: String, statistics: String, machine: String, ticksPerSecond: Double) {
        residentBytes = Self.value(of: "VmRSS:", in: status) * 1_024
        virtualBytes = Self.value(of: "VmSize:", in: status) * 1_024
        threads = Self.value(of: "Threads:", in: status)
        // Behind the program's name, which may hold anything: field 3 on. User and system time are fields 14 and 15, the start
        // since the machine's own is field 22, all in ticks.
        let fields = statistics.split(separator: ")").last?.split(separator: " ").map(String.init) ?? []
        guard fields.count > 19 else { return }
        processorSeconds = ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / ticksPerSecond
        let boot = Double(Self.value(of: "btime", in: machine))
        if boot > 0 { startSeconds = boot + (Double(fields[19]) ?? 0) / ticksPerSecond }
    }

    private static func value(of name: String, in text: String) -> UInt64 {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { UInt64($0) } ?? 0
    }
}
