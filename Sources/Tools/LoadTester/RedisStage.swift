import Foundation
import LoadSupport
import Synchronization

/// A redis-server of the benchmark's own, on a socket in a folder of its own, asked through redis-cli as any other program would.
final class RedisStage: Sendable {
    static let serverName = "bench"
    static let patience: Duration = .seconds(30)

    private let folder: URL
    private let process = Mutex<BoundProcess?>(nil)

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "roomtone-redis-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try start()
    }

    private var socket: String { folder.appending(path: "s").path }
    var url: String { "unix://" + socket }

    func start() throws {
        let process = try BoundProcess(
            "redis-server",
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path]
        ) { process in
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
        }
        self.process.withLock { $0 = process }
    }

    func freeze() { send(SIGSTOP) }
    func thaw() { send(SIGCONT) }

    func kill() {
        send(SIGKILL)
        process.withLock { $0.take() }?.waitUntilEnd()
    }

    func stop() {
        send(SIGCONT)
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Returns when Redis has the state of so many sessions, and says that it is complete. Throws when that takes longer than
    /// ``patience``.
    func waitUntilRight(sessions: Int) async throws {
        let prefix = "roomtone:\(Self.serverName):voice"
        let end = ContinuousClock.now + Self.patience
        while true {
            guard ContinuousClock.now < end else {
                throw LoadError("Redis was not given the state of \(sessions) sessions within \(Self.patience)")
            }
            if ask("HGET", prefix, "complete") == "1", ask("SCARD", prefix + ":sessions") == "\(sessions)" { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func ask(_ words: String...) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["redis-cli", "-s", socket] + words
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func send(_ signal: Int32) {
        process.withLock { $0?.send(signal) }
    }
}
