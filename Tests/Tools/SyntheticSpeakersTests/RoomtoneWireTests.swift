import Testing
import VoiceSealing
import VoiceWire

@testable import SyntheticSpeakers

@Suite("A speaker's end of Roomtone's wire")
struct RoomtoneWireTests {
    private let space = UnsafeMutableRawPointer.allocate(byteCount: 2 * VoiceWireLimits.datagramBytesMax, alignment: 16)
    private let grant = SpeakerGrant(
        voice: VoiceID(rawValue: 12), room: VoiceRoomID(rawValue: 3), token: Array(1...16),
        cipher: VoiceCipher.available[0], clientKey: [UInt8](repeating: 1, count: 32),
        serverKey: [UInt8](repeating: 2, count: 32))

    private static func sealer(_ key: [UInt8], startingAt counter: UInt64 = 0) -> DatagramSealer {
        guard let key = SessionKey(key) else { preconditionFailure("a key has 32 bytes") }
        return DatagramSealer(cipher: VoiceCipher.available[0], key: key, startingAt: counter)
    }

    private struct WrongLength: Error {}

    /// A key cannot be copied, so that it cannot be required.
    private static func key(_ bytes: [UInt8]) throws -> SessionKey {
        guard let key = SessionKey(bytes) else { throw WrongLength() }
        return key
    }

    /// What the relay sends it.
    private func sealed(
        _ type: DatagramType, _ body: [UInt8], _ sealer: inout DatagramSealer, voice: UInt16 = 12, room: UInt16 = 3,
        sequence: UInt16 = 0
    ) -> [UInt8] {
        let header = VoiceHeader(
            type: type, flags: [.sealed, .talkspurtEnd], voice: VoiceID(rawValue: voice),
            room: VoiceRoomID(rawValue: room), sequence: SequenceNumber(rawValue: sequence), timestamp: 77,
            payloadByteCount: UInt16(body.count + 20), opusByteCount: type == .voice ? UInt16(body.count) : 0)
        header.write(to: UnsafeMutableRawBufferPointer(start: space, count: VoiceHeader.byteCount))
        let count = body.withUnsafeBytes { sealer.seal($0, into: space) }
        return Array(UnsafeRawBufferPointer(start: space, count: count))
    }

    private func opened(_ datagram: [UInt8], by end: inout RoomtoneEnd) -> String {
        var found = ""
        let kind = datagram.withUnsafeBytes { bytes in
            end.open(bytes, scratch: space) { frame in
                found += "\(frame.talker) \(frame.sequence) \(frame.timestamp) \(frame.flags.rawValue) "
                found += "\(Array(frame.payload))"
            }
        }
        switch kind {
        case .frames: return found
        case .welcome: return "welcome"
        case .pong(let echo): return "pong \(echo)"
        case .goodbye: return "goodbye"
        case .refused(let cause): return "\(cause)"
        }
    }

    @Test("hello, ping, frame and goodbye open with the client's key, each with what belongs in it")
    func sent() throws {
        var end = try RoomtoneEnd(grant)
        guard let key = SessionKey(grant.clientKey) else { preconditionFailure("a key has 32 bytes") }
        var opener = DatagramOpener(cipher: grant.cipher, key: key)
        let payload: [UInt8] = [5, 6, 7]
        func check(_ count: Int, _ type: DatagramType, body: [UInt8]) {
            let datagram = UnsafeRawBufferPointer(start: space, count: count)
            guard case .header(let header) = VoiceHeader.parse(datagram) else {
                Issue.record("no header")
                return
            }
            #expect(header.type == type && header.voice == grant.voice && header.room == grant.room)
            let plain = UnsafeMutableRawPointer.allocate(byteCount: 200, alignment: 8)
            defer { plain.deallocate() }
            guard case .opened(let length, _) = opener.open(datagram, into: plain) else {
                Issue.record("\(type) does not open")
                return
            }
            #expect(Array(UnsafeRawBufferPointer(start: plain, count: length)) == body)
        }
        check(end.writeHello(to: space), .hello, body: grant.token + [UInt8](repeating: 0, count: 8))
        check(end.writePing(echo: 0x0102, to: space), .ping, body: [2, 1] + [UInt8](repeating: 0, count: 14))
        let frame = SpokenFrame(sequence: 9, timestamp: 8, flags: .talkspurtStart)
        check(payload.withUnsafeBytes { end.writeFrame(frame, $0, to: space) }, .voice, body: payload)
        check(end.writeGoodbye(to: space), .goodbye, body: [0])
    }

    @Test("what the relay sends is told apart")
    func received() throws {
        var end = try RoomtoneEnd(grant)
        var sealer = Self.sealer(grant.serverKey)
        #expect(opened(sealed(.welcome, [UInt8](repeating: 0, count: 8), &sealer), by: &end) == "welcome")
        #expect(
            opened(sealed(.pong, [2, 1] + [UInt8](repeating: 0, count: 14), &sealer), by: &end) == "pong 258")
        #expect(opened(sealed(.voice, [4, 5], &sealer, voice: 99, sequence: 6), by: &end) == "99 6 77 4 [4, 5]")
        #expect(opened(sealed(.goodbye, [3], &sealer), by: &end) == "goodbye")
    }

    @Test("a bundle gives each of its frames, and one with a broken record none too many")
    func bundle() throws {
        var end = try RoomtoneEnd(grant)
        var sealer = Self.sealer(grant.serverKey)
        var body: [UInt8] = []
        for talker: UInt16 in [98, 99] {
            let header = VoiceHeader(
                type: .voice, flags: .talkspurtEnd, voice: VoiceID(rawValue: talker), room: grant.room, sequence: 6,
                timestamp: 77, opusByteCount: 2)
            var record = [UInt8](repeating: 0, count: BundleRecord.headerByteCount)
            record.withUnsafeMutableBytes { BundleRecord(header, frameByteCount: 2).write(to: $0) }
            body += record + [4, 5]
        }
        #expect(opened(sealed(.bundle, body, &sealer), by: &end) == "98 6 77 4 [4, 5]99 6 77 4 [4, 5]")
        #expect(opened(sealed(.bundle, Array(body.dropLast()), &sealer), by: &end) == "malformed")
        #expect(opened(sealed(.bundle, [], &sealer), by: &end) == "malformed")
    }

    @Test("changed, repeated, misdirected and misshapen datagrams are refused under their cause")
    func refused() throws {
        var end = try RoomtoneEnd(grant)
        var sealer = Self.sealer(grant.serverKey)
        // Of a counter that has not come yet, or it would be taken for a repetition.
        var other = Self.sealer(grant.clientKey, startingAt: 100)
        let voice = sealed(.voice, [4, 5], &sealer, voice: 99)
        var changed = voice
        changed[20] ^= 1
        #expect(opened(changed, by: &end) == "wrongKey")
        #expect(opened(voice, by: &end) == "99 0 77 4 [4, 5]")
        #expect(opened(voice, by: &end) == "replayed")
        #expect(opened(sealed(.voice, [4, 5], &other, voice: 99), by: &end) == "wrongKey")
        #expect(opened(sealed(.voice, [4, 5], &sealer, voice: 99, room: 4), by: &end) == "wrongRoom")
        #expect(opened(sealed(.pong, [UInt8](repeating: 0, count: 16), &sealer, voice: 13), by: &end) == "malformed")
        #expect(opened(sealed(.welcome, [1], &sealer), by: &end) == "malformed")
        #expect(opened(sealed(.hello, [1], &sealer), by: &end) == "malformed")
        #expect(opened(Array(voice.dropLast()), by: &end) == "malformed")
        #expect(opened([], by: &end) == "malformed")
    }

    @Test("a grant that cannot be used is refused")
    func badGrant() {
        var bad = grant
        bad.clientKey = [1]
        #expect(throws: SpeakerError.self) { _ = try RoomtoneEnd(bad) }
        bad = grant
        bad.token = []
        #expect(throws: SpeakerError.self) { _ = try RoomtoneEnd(bad) }
    }
}
