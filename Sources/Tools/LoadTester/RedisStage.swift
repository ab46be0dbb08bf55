import Foundation
import Glibc
import LoadSupport
import Synchronization

/// A redis-server of the benchmark's own, on a socket in a folder of its own.
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

    /// Over a connection of its own, and not with redis-cli: starting programs takes more of the machine than all that is measured.
    /// Nil where Redis does not answer, or has nothing.
    private func ask(_ words: String...) -> String? {
        let connection = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { return nil }
        defer { close(connection) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard connects(connection) else { return nil }
        // An inline command: words with blanks between (Redis, “Protocol specification”).
        let line = Array((words.joined(separator: " ") + "\r\n").utf8)
        guard Glibc.send(connection, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else { return nil }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = recv(connection, &bytes, bytes.count, 0)
        // `:100` is a number; `$1` the length of what is in the next line.
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first else { return nil }
        return first.hasPrefix(":") ? String(first.dropFirst()) : lines.dropFirst().first.map(String.init)
    }

    private func connects(_ connection: Int32) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socket.utf8)
        return withUnsafeMutableBytes(of: &address) { bytes in
            let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
            guard path.count < bytes.count - start else { return false }
            bytes[start...].copyBytes(from: path)
            return bytes.withMemoryRebound(to: sockaddr.self) { address in
                connect(connection, address.baseAddress, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private func send(_ signal: Int32) {
        process.withLock { $0?.send(signal) }
    }
}
