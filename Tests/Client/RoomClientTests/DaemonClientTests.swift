import ControlServer
import ControlWire
import Daemon
import DaemonTestSupport
import Foundation
import Identifiers
import RoomClient
import TestSupport
import Testing
import VoiceRelay

/// The real server in this process, on ports of its own.
struct DaemonClientTests {
    private let folder: TemporaryFolder
    private var options = RoomClientOptions()

    init() throws {
        folder = try TemporaryFolder()
        options.knownServersPath = folder.file("known")
    }

    private func start(port: UInt16 = 0) async throws -> RunningDaemon {
        try await TestDaemon.start(in: folder.file("data"), port: port)
    }

    private func address(_ daemon: RunningDaemon) -> ServerAddress {
        ServerAddress(host: "127.0.0.1", port: daemon.controlPort)
    }

    private func session(at daemon: RunningDaemon, room: String = "general") -> RoomSession {
        var plan = RoomSessionPlan(
            server: address(daemon), options: options, username: "ada", proof: .password("a long password"),
            room: RoomSelector(parsing: room))
        plan.registersFirst = true
        return RoomSession(plan)
    }

    @Test func `the certificate pinned at the first meeting is the one the server prints`() async throws {
        let daemon = try await start()
        let first = try await RoomClient.connect(to: address(daemon), options: options)
        #expect(first.trust?.acceptance == .firstUse)
        #expect(first.trust?.fingerprint == CertificateFingerprint(parsing: daemon.certificateFingerprint))
        await first.close()
        let second = try await RoomClient.connect(to: address(daemon), options: options)
        #expect(second.trust?.acceptance == .pinned)
        await second.close()
        await daemon.stop()
    }

    @Test func `a server that comes back with another certificate is refused`() async throws {
        let daemon = try await start()
        await (try await RoomClient.connect(to: address(daemon), options: options)).close()
        let port = daemon.controlPort
        await daemon.stop()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("data"))
        where name.hasSuffix(".pem") {
            try FileManager.default.removeItem(atPath: folder.file("data/" + name))
        }
        let changed = try await start(port: port)
        await #expect { try await RoomClient.connect(to: address(changed), options: options) } throws: {
            ($0 as? RoomClientError)?.code == .certificateRefused
        }
        await changed.stop()
    }

    @Test func `a session survives the server's restart, with voice keys of its own each time`() async throws {
        let daemon = try await start()
        let session = session(at: daemon)
        let (events, telling) = AsyncStream.makeStream(of: RoomSession.Event.self)
        let end = Task { await session.run { telling.yield($0) } }
        var iterator = events.makeAsyncIterator()
        let first = try #require(await nextGrant(&iterator))
        #expect(first.clientKey?.count == 64 && first.udpPort == daemon.voicePort)
        let port = daemon.controlPort
        await daemon.stop()
        let restarted = try await start(port: port)
        let second = try #require(await nextGrant(&iterator))
        #expect(second.clientKey != first.clientKey && second.udpPort == restarted.voicePort)
        session.renewVoice(after: RoomClientError(.voiceLost, "lost"))
        let third = try #require(await nextGrant(&iterator))
        #expect(third.sessionToken != second.sessionToken)
        session.stop()
        #expect(await end.value == nil)
        await restarted.stop()
    }

    private func nextGrant(_ events: inout AsyncStream<RoomSession.Event>.Iterator) async -> VoiceGrant? {
        while let event = await events.next(isolation: #isolation) {
            if case .voiceGranted(let grant, let host, let tunnelPort) = event {
                #expect(host == "127.0.0.1" && tunnelPort != nil)
                return grant
            }
        }
        return nil
    }

    @Test func `an account is made once; its password is checked; an unknown room names the nearest`() async throws {
        let daemon = try await start()
        let client = try await RoomClient.connect(to: address(daemon), options: options)
        let userID = try await client.register(username: "Ada", password: "a long password").userID
        await client.close()
        let again = try await RoomClient.connect(to: address(daemon), options: options)
        await #expect { try await again.logIn(username: "ada", password: "a wrong password") } throws: {
            ($0 as? RoomClientError)?.code == .authenticationFailed
        }
        #expect(try await again.logIn(username: "ada", password: "a long password").userID == userID)
        await #expect { try await again.join(RoomID(rawValue: 404), password: nil) } throws: {
            ($0 as? RoomClientError)?.code == .roomNotFound
        }
        await again.close()
        let error = await session(at: daemon, room: "Genral").run { _ in }
        #expect(error?.code == .roomNotFound)
        #expect(error?.description.contains("“General” (1)") == true)
        await daemon.stop()
    }

    @Test func `voice keys are not handed over without TLS`() async throws {
        let daemon = try await start()
        var plaintext = options
        plaintext.isPlaintext = true
        let client = try await RoomClient.connect(to: address(daemon), options: plaintext)
        _ = try await client.register(username: "ada", password: "a long password")
        let room = try RoomSelector(parsing: "General").find(in: try await client.listRooms())
        _ = try await client.join(room.id, password: nil)
        await #expect { try await client.connectVoice(in: room.id) } throws: {
            ($0 as? RoomClientError)?.code == .voiceRefused(.encryptionRequired)
        }
        await client.close()
        await daemon.stop()
    }
}
