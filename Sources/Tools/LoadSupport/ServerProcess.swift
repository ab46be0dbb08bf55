import Foundation

/// A `roomtoned` of the benchmark's own: on free ports of 127.0.0.1, with its limits raised so far that none is measured.
/// It ends when this program does.
package final class ServerProcess: Sendable {
    package let controlPort: UInt16
    package let identifier: pid_t
    private let process: BoundProcess

    /// How much of the processors it took, and of memory it holds.
    package struct Usage: Sendable {
        package var processorSeconds: Double
        package var resident: ResidentMemory
        package var residentBytesPeak: Int
    }

    /// Starts `program` and waits until it serves. Blocks.
    package init(_ program: String, dataDirectory: String, settings: [String: String]) throws {
        let arguments = [
            "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--log-level", "error",
            "--operations-port", "0", "--data-directory", dataDirectory,
        ]
        let output = Pipe()
        let process = try BoundProcess(URL(filePath: program).path, arguments) { process in
            process.environment = ProcessInfo.processInfo.environment
                .merging(["ROOMTONE_DRAIN_SECONDS": "0"]) { $1 }.merging(settings) { $1 }
            process.standardOutput = output
        }
        identifier = process.identifier
        var text = ""
        // It ends without a further word if it cannot serve; why, it has said on standard error.
        while !text.contains("Stop with Ctrl-C"), case let data = output.fileHandleForReading.availableData,
            !data.isEmpty
        {
            text += String(decoding: data, as: UTF8.self)
        }
        guard let match = text.firstMatch(of: /TCP port ([0-9]+)/), let port = UInt16(match.1) else {
            process.send(SIGTERM)
            throw LoadError("\(program) ended before it served")
        }
        controlPort = port
        self.process = process
    }

    deinit { stop() }

    /// Asks it to end, and makes it if it does not within ten seconds. Blocks.
    package func stop() {
        guard process.isRunning else { return }
        process.send(SIGTERM)
        let killer = DispatchWorkItem { [process] in process.send(SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 10, execute: killer)
        process.waitUntilEnd()
        killer.cancel()
    }

    package var usage: Usage { Self.usage(of: "\(identifier)") }

    /// The generator's own.
    package static var ownUsage: Usage { usage(of: "self") }

    /// - Parameter process: a number, or `self`. See proc(5).
    package static func usage(of process: String) -> Usage {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let statistics = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // After the program's name, which may contain anything: field 3 on; 14 and 15 are its ticks.
        let fields = statistics.split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
        return Usage(
            processorSeconds: Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))),
            resident: ResidentMemory(
                bytes: bytes("VmRSS", status), anonymousBytes: bytes("RssAnon", status),
                fileBytes: bytes("RssFile", status)),
            residentBytesPeak: bytes("VmHWM", status))
    }

    /// Of a line that counts KiB.
    private static func bytes(_ name: String, _ status: String) -> Int {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }) else { return 0 }
        return (Int(line.split(whereSeparator: { !$0.isNumber }).first ?? "0") ?? 0) * 1_024
    }
}
