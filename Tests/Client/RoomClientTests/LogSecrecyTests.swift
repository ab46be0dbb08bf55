import ControlWire
import Daemon
import DaemonTestSupport
import Identifiers
import Logging
import RoomClient
import Synchronization
import TestSupport
import Testing

/// Everything that is logged, at every level.
private final class LogPaper: Sendable {
    private let held = Mutex<[String]>([])
    var text: String { held.withLock { $0.joined(separator: "\n") } }
    func take(_ line: String) { held.withLock { $0.append(line) } }
}

private struct LogTaker: LogHandler {
    let paper: LogPaper
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { paper.take("\(event.message) \(metadata) \(event.metadata ?? [:])") }
}

@Suite(.timeLimit(.minutes(1))) struct LogSecrecyTests {
    /// People do what people do, right and wrong; then every line of the log is read.
    @Test func `no password, token or message is logged, at any level`() async throws {
        let folder = try TemporaryFolder()
        let paper = LogPaper()
        let daemon = try await TestDaemon.start(
            in: folder.file("data"),
            loggers: { module in Logger(label: module.rawValue) { _ in LogTaker(paper: paper) } })
        var options = RoomClientOptions()
        options.knownServersPath = folder.file("known")
        let address = ServerAddress(host: "127.0.0.1", port: daemon.controlPort)
        let general = RoomID(rawValue: 1)
        let client = try await RoomClient.connect(to: address, options: options)
        let welcome = try await client.request(
            .register(username: "ada", password: "s3cret-password", device: "s3cret-device"))
        guard case .authSuccess(let user, _, let grant) = welcome, let token = grant?.sessionToken else {
            Issue.record("\(welcome)")
            return
        }
        for request in [
            ControlMessage.join(roomID: general, password: nil),
            .roomMessage(roomID: general, senderUsername: "", content: "s3cret-message"),
            .privateMessage(toUserID: user, senderUsername: "", content: "s3cret-private"),
            .search(SearchRequest(query: "s3cret-query")),
            .createRoom(
                roomID: RoomID(rawValue: 0), name: "hidden", description: "", password: "s3cret-room-password"),
            .join(roomID: RoomID(rawValue: 2), password: "s3cret-wrong"),
            .claimOwnership(token: String(repeating: "ab", count: 32)), .backUp,
            .changePassword(oldPassword: "s3cret-wrong", newPassword: "s3cret-password-2"),
            .voiceConnect(roomID: general, userID: .server),
        ] { _ = try await client.request(request) }
        let second = try await RoomClient.connect(to: address, options: options)
        _ = try await second.request(.login(username: "ada", password: "s3cret-wrong"))
        _ = try await second.request(.resume(sessionToken: token))
        await second.close()
        await daemon.stop()
        #expect(paper.text.contains("ended"), "something was logged at all")
        for secret in ["s3cret", token, String(repeating: "ab", count: 32), daemon.ownershipToken ?? "none"] {
            #expect(!paper.text.contains(secret), "\(secret)")
        }
    }
}
