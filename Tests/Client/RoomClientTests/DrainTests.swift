import ControlWire
import Daemon
import DaemonTestSupport
import Identifiers
import RoomClient
import TestSupport
import Testing

/// A server that is told to close while people are in voice.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private let folder: TemporaryFolder
    private var options = RoomClientOptions()
    private let general = RoomID(rawValue: 1)

    init() throws {
        folder = try TemporaryFolder()
        options.knownServersPath = folder.file("known")
    }

    private func client(_ name: String, at daemon: RunningDaemon) async throws -> RoomClient {
        let address = ServerAddress(host: "127.0.0.1", port: daemon.controlPort)
        let client = try await RoomClient.connect(to: address, options: options)
        let answer = try await client.request(.register(username: name, password: "a long password"))
        guard case .authSuccess = answer else { throw RoomClientError(.authenticationFailed, "\(answer)") }
        _ = try await client.request(.join(roomID: general, password: nil))
        return client
    }

    /// Reads what the server says until it says when it will close.
    private func closing(_ client: RoomClient) async -> UInt64? {
        for await envelope in client.announcements {
            if case .serverClosing(let milliseconds) = envelope.message { return milliseconds }
        }
        return nil
    }

    @Test func `people finish talking, nobody new comes, and no acknowledged message is lost`() async throws {
        let daemon = try await TestDaemon.start(in: folder.file("data")) { $0.drainTime = .seconds(50) }
        let ann = try await client("ann", at: daemon)
        guard case .voiceConnectionEstablished = try await ann.request(.voiceConnect(roomID: general, userID: .server))
        else { throw RoomClientError(.voiceLost, "no voice") }
        async let drained: Void = daemon.drain()
        #expect(await closing(ann) == 50_000)
        await #expect { try await client("bob", at: daemon) } throws: { "\($0)".contains("close") }
        // A session that is resumed, or a password that is given, is no less right for it.
        let bob = try await RoomClient.connect(
            to: ServerAddress(host: "127.0.0.1", port: daemon.controlPort), options: options)
        await #expect {
            try await bob.logIn(username: "ann", password: "a long password", device: nil)
        } throws: {
            ($0 as? RoomClientError)?.code == .serverRefused(.serverStopping)
        }
        await bob.close()
        var acknowledged: [String] = []
        for number in 0..<50 {
            let message = ControlMessage.roomMessage(
                roomID: general, senderUsername: "", content: "while closing \(number)")
            if case .roomMessage(_, _, let content, _) = try await ann.request(message) { acknowledged.append(content) }
        }
        #expect(!acknowledged.isEmpty)
        // Nobody is in voice any more: that ends it, long before the limit.
        _ = try await ann.request(.voiceDisconnect(roomID: general, userID: .server))
        await drained
        let again = try await TestDaemon.start(in: folder.file("data"))
        let eve = try await client("eve", at: again)
        let page = try await eve.history(HistoryRequest(conversation: .room(general), limit: 200))
        #expect(Set(acknowledged).isSubset(of: page.messages.map(\.content)))
        await eve.close()
        await again.stop()
    }

    @Test func `a second word ends it at once, whoever is in voice`() async throws {
        let daemon = try await TestDaemon.start(in: folder.file("data")) { $0.drainTime = .seconds(3_600) }
        let ann = try await client("ann", at: daemon)
        _ = try await ann.request(.voiceConnect(roomID: general, userID: .server))
        let drained = Task { await daemon.drain() }
        #expect(await closing(ann) == 3_600_000)
        await daemon.stop()
        drained.cancel()
        await drained.value
        for await _ in ann.announcements {}
        #expect(await ann.closeReason != nil)
    }

    @Test func `with nobody in voice it closes without waiting`() async throws {
        let daemon = try await TestDaemon.start(in: folder.file("data")) { $0.drainTime = .seconds(3_600) }
        let ann = try await client("ann", at: daemon)
        await daemon.drain()
        for await _ in ann.announcements {}
        #expect(await ann.closeReason != nil)
    }
}
