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

    /// When the machine started, which does not change: seconds since 1970, 0 if unknown.
    private static let bootSeconds = bootSeconds(text("stat"))

    /// Reads `/proc/self`: some file reads, no lock of ours. Any thread.
    static func read() -> ProcessFigures {
        var figures = ProcessFigures(
            status: text("self/status"), statistics: text("self/stat"), bootSeconds: bootSeconds,
            ticksPerSecond: Double(max(1, sysconf(Int32(_SC_CLK_TCK)))))
        figures.openFiles = countOpenFiles()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.openFilesMax = UInt64(limit.rlim_cur)
        }
        return figures
    }

    init() {}

    /// - Parameters: contents of `/proc/self/status` and `/proc/self/stat`; when the machine started, 0 if unknown.
    init(status: String, statistics: String, bootSeconds: Double, ticksPerSecond: Double) {
        residentBytes = Self.value(of: "VmRSS:", in: status) * 1_024
        virtualBytes = Self.value(of: "VmSize:", in: status) * 1_024
        threads = Self.value(of: "Threads:", in: status)
        // Behind the program's name, which may hold anything: field 3 on. User and system time are fields 14 and 15, the start
        // since the machine's own is field 22, all in ticks.
        let name = statistics.utf8.lastIndex(of: UInt8(ascii: ")")) ?? statistics.startIndex
        let fields = statistics.utf8[name...].split(separator: UInt8(ascii: " ")).dropFirst().map(Self.number)
        guard fields.count > 19 else { return }
        processorSeconds = Double(fields[11] + fields[12]) / ticksPerSecond
        if bootSeconds > 0 { startSeconds = bootSeconds + Double(fields[19]) / ticksPerSecond }
    }

    /// - Parameter machine: contents of `/proc/stat`.
    static func bootSeconds(_ machine: String) -> Double { Double(value(of: "btime", in: machine)) }

    private static func text(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/" + name, encoding: .utf8)) ?? ""
    }

    /// A server has one for each person, so none of them becomes a string. Without the two that are no files, and the one read here.
    private static func countOpenFiles() -> Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = -3
        while unsafe readdir(folder) != nil { count += 1 }
        return max(0, count)
    }

    /// The first number of the line that begins with the name; 0 if there is none.
    private static func value(of name: String, in text: String) -> UInt64 {
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            if line.starts(with: name.utf8) { return number(line.dropFirst(name.utf8.count)) }
            rest = rest[line.endIndex...].dropFirst()
        }
        return 0
    }

    /// The first digits that there are; 0 without any, and where they are beyond what fits.
    private static func number(_ text: Substring.UTF8View) -> UInt64 {
        let digits = text.drop { !isDigit($0) }.prefix(while: isDigit)
        return UInt64(Substring(digits)) ?? 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
