import ChatStore
import ControlWire
import Credentials
import Glibc
import Logging
import Rooms
import TestSupport
import Testing
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
        let (services, relay) = try await Self.services(directory)
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
        var expected = Refusals()
        var told = Refusals()
        for _ in 0..<(Self.lineCount / 2 / Self.linesPerRead) {
            var bytes: [UInt8] = []
            for _ in 0..<Self.linesPerRead {
                let line = fuzzer.next()
                #expect(expected.add(line.bytes) || !line.isSurelyBad, "seed \(seed)")
                bytes += line.bytes + [0x0A]
            }
            await connection.receive(bytes)
            told += try await Self.drain(state.outbox)
        }

        #expect(counters[.lineReceived] - before == UInt64(Self.lineCount / 2) - expected.tooLong, "seed \(seed)")
        let counted = Refusals(
            malformed: counters[.messageMalformed], unknown: counters[.variantUnknown], tooLong: counters[.lineTooLong])
        #expect(expected.malformed > 0 && expected.unknown > 0 && expected.tooLong > 0, "seed \(seed)")
        #expect(counted == expected, "seed \(seed)")
        // Every refusal was told to the client, with its cause.
        #expect(told == expected, "seed \(seed)")
        #expect(state.outbox.closeReason == nil, "seed \(seed)")
        // The connection is as good as new.
        await connection.receive(Array(#"{"message_type":"Ping","request_id":77}"#.utf8) + [0x0A])
        let answer = try #require(await state.outbox.nextBatch())
        #expect(try ControlLine.decode(answer.dropLast()) == ControlEnvelope(message: .pong, requestID: 77))
        await session.end()
        await services.directory.flush()
        await relay.stop()
    }

    /// How many lines were refused, by cause.
    private struct Refusals: Equatable {
        var malformed: UInt64 = 0
        var unknown: UInt64 = 0
        var tooLong: UInt64 = 0

        /// What must come of a line that stands alone; false if it is a message.
        mutating func add(_ line: [UInt8]) -> Bool {
            do {
                _ = try ControlLine.decode(line)
                return false
            } catch {
                switch error {
                case .malformed: malformed += 1
                case .unknownVariant: unknown += 1
                case .tooLong: tooLong += 1
                }
                return true
            }
        }

        static func += (left: inout Refusals, right: Refusals) {
            left.malformed += right.malformed
            left.unknown += right.unknown
            left.tooLong += right.tooLong
        }
    }

    /// Reads all that waits and counts the refusals among it.
    private static func drain(_ outbox: Outbox) async throws -> Refusals {
        let marker = EncodedLine(.pong, answering: 424_242)
        outbox.post(marker)
        var refusals = Refusals()
        while let batch = await outbox.nextBatch() {
            refusals.malformed += count(#""code":"MalformedMessage""#, in: batch)
            refusals.unknown += count(#""code":"UnknownVariant""#, in: batch)
            refusals.tooLong += count(#""code":"LineTooLong""#, in: batch)
            if batch.suffix(marker.bytes.count) == marker.bytes[...] { break }
        }
        return refusals
    }

    /// How often a batch of JSON lines, in which quotes of a text are escaped, has that part. By the C library, because a search
    /// by characters of 300,000 answers takes long in a debug build.
    private static func count(_ part: String, in batch: [UInt8]) -> UInt64 {
        (batch + [0]).withUnsafeBytes { bytes in
            var rest = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            var count: UInt64 = 0
            while let start = rest, let found = strstr(start, part) {
                count += 1
                rest = UnsafePointer(found) + part.utf8.count
            }
            return count
        }
    }

    static func services(_ directory: TemporaryFolder) async throws -> (MemberSession.Services, VoiceRelay) {
        let counters = ControlCounters()
        var voice = VoiceRelayConfiguration()
        voice.host = "127.0.0.1"
        voice.port = 0
        voice.threadCount = 1
        let relay = try VoiceRelay(voice)
        try relay.start()
        let access = VoiceAccess(relay: relay, configuration: voice)
        let store = try await ChatStore.open(path: directory.file("store.sqlite"))
        let limits = Live(RoomsLimits())
        let logger = Logger(label: "test")
        let text = TextChat(store: store, search: nil, limits: Live(TextLimits()), counters: counters, logger: logger)
        let rooms = try await RoomDirectory.load(
            store: store, voice: access, text: text, limits: limits, counters: counters, logger: logger)
        let accounts = Accounts(
            store: store, hasher: try PasswordHasher(.init(cost: .least)), limits: limits,
            attempts: Live(AttemptLimits()),
            counters: counters)
        let services = MemberSession.Services(
            directory: rooms, accounts: accounts, voice: access, text: text, limits: limits, counters: counters)
        return (services, relay)
    }
}
