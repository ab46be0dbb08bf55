import ChatStore
import ControlWire
import Credentials
import Logging
import Rooms
import Testing
import TestSupport
import VoiceRelay

@testable import ControlServer

/// Feeds the real way in — framing, decoding, limits, session, store — with what no client should send.
@Suite(.timeLimit(.minutes(10))) struct LineFuzzTests {
    static let lineCount = 300_000
    static let linesPerRead = 250

    /// Half before a login, half after one.
    @Test(arguments: [(UInt64(0x5EED_0001), false), (0x5EED_0002, true)])
    func everyBadLineIsRefusedAndCountedByCause(_ seed: UInt64, _ isLoggedIn: Bool) async throws {
        print("line fuzz seed \(seed)")
        let directory = try TemporaryFolder()
        let services = try await Self.services(directory)
        let counters = services.counters
        var configuration = ControlServerConfiguration()
        configuration.offencesMax = 1_000_000_000
        configuration.messageRate = RateLimit(burst: 1_000_000, interval: .nanoseconds(1))
        configuration.outboxBytesMax = 64 << 20
        let state = ConnectionState(configuration, address: ClientAddress(numeric: "127.0.0.1"), counters: counters)
        let peer = MemberSession.Peer(connection: ConnectionID(rawValue: 1), address: "127.0.0.1", isEncrypted: true)
        let session = MemberSession(services, peer: peer, outbox: state.outbox)
        let connection = ControlConnection(session: session, state: state, counters: counters) {}
        if isLoggedIn {
            await connection.receive(
                Array(#"{"message_type":{"Register":{"username":"ann","password":"12345678"}}}"#.utf8) + [0x0A])
            #expect(session.isAuthenticated)
        }
        let before = counters[.lineReceived]

        var fuzzer = LineFuzzer(seed: seed)
        var surelyBadCount: UInt64 = 0
        var refusalCount: UInt64 = 0
        for _ in 0..<(Self.lineCount / 2 / Self.linesPerRead) {
            var bytes: [UInt8] = []
            for _ in 0..<Self.linesPerRead {
                let line = fuzzer.next()
                if line.isSurelyBad { surelyBadCount += 1 }
                bytes += line.bytes + [0x0A]
            }
            await connection.receive(bytes)
            refusalCount += try await Self.drain(state.outbox)
        }

        let lineCount = counters[.lineReceived] - before
        let malformedCount = counters[.messageMalformed]
        let unknownCount = counters[.variantUnknown]
        #expect(lineCount > UInt64(Self.lineCount / 2) * 99 / 100, "seed \(seed)")
        #expect(malformedCount > 0 && unknownCount > 0, "seed \(seed)")
        #expect(malformedCount + unknownCount >= surelyBadCount, "seed \(seed)")
        // Every refusal was told to the client, with its cause.
        #expect(refusalCount >= malformedCount + unknownCount, "seed \(seed)")
        #expect(state.outbox.closeReason == nil, "seed \(seed)")
        // The connection is as good as new.
        await connection.receive(Array(#"{"message_type":"Ping","request_id":77}"#.utf8) + [0x0A])
        let answer = try #require(await state.outbox.nextBatch())
        #expect(try ControlLine.decode(answer.dropLast()) == ControlEnvelope(message: .pong, requestID: 77))
        await session.end()
        await services.directory.flush()
    }

    /// Reads all that waits and counts the refusals among it.
    private static func drain(_ outbox: Outbox) async throws -> UInt64 {
        let marker = EncodedLine(.pong, answering: 424_242)
        outbox.post(marker)
        var refusalCount: UInt64 = 0
        while let batch = await outbox.nextBatch() {
            for line in batch.split(separator: 0x0A) {
                let text = String(decoding: line, as: UTF8.self)
                if text.contains(#""success":false"#) || text.contains("VoiceError") { refusalCount += 1 }
            }
            if batch.suffix(marker.bytes.count) == marker.bytes[...] { return refusalCount }
        }
        return refusalCount
    }

    static func services(_ directory: TemporaryFolder) async throws -> MemberSession.Services {
        let counters = ControlCounters()
        var voice = VoiceRelayConfiguration()
        voice.host = "127.0.0.1"
        voice.port = 0
        voice.threadCount = 1
        let relay = try VoiceRelay(voice)
        try relay.start()
        let access = VoiceAccess(relay: relay, configuration: voice)
        let store = try await ChatStore.open(path: directory.file("store.sqlite"))
        let limits = RoomsLimits()
        let rooms = try await RoomDirectory.load(
            store: store, voice: access, limits: limits, counters: counters, logger: Logger(label: "test"))
        let accounts = Accounts(
            store: store, hasher: try PasswordHasher(.init(cost: .least)), limits: limits, attempts: AttemptLimits(),
            counters: counters)
        return MemberSession.Services(
            directory: rooms, accounts: accounts, voice: access, limits: limits, counters: counters)
    }
}
