import Crypto
import Foundation
import Testing
import VoiceWire

@testable import SyntheticSpeakers

/// The relay's side of the yardstick's protocol, from the drawing at the top of `floor_relay.c` and with another AEAD.
enum FloorReference {
    static func key(_ client: UInt16, towardsRelay: Bool) -> SymmetricKey {
        var bytes = [UInt8](repeating: 0xA0, count: 32)
        bytes.replaceSubrange(0..<4, with: little(UInt32(client)))
        if !towardsRelay { bytes[31] = 1 }
        return SymmetricKey(data: bytes)
    }

    static func nonce(_ client: UInt16, _ counter: UInt64) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: little(UInt32(client)) + little(counter))
    }

    static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// What a client sent, opened.
    static func open(_ datagram: [UInt8]) throws -> (client: UInt16, counter: UInt64, payload: [UInt8]) {
        let client = UInt16(datagram[4]) | UInt16(datagram[5]) << 8
        let counter = datagram[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let box = try AES.GCM.SealedBox(
            nonce: nonce(client, counter), ciphertext: datagram[16..<(datagram.count - 16)], tag: datagram.suffix(16))
        let payload = try AES.GCM.open(
            box, using: key(client, towardsRelay: true), authenticating: Array(datagram[..<16]))
        return (client, counter, Array(payload))
    }

    /// A datagram for a client: one frame (kind 3), or records (kind 4).
    static func seal(
        kind: UInt8, count: UInt8, talker: UInt16, body: [UInt8], to client: UInt16, counter: UInt64
    ) throws -> [UInt8] {
        let header = [kind, count, 0, 0] + little(UInt32(talker)) + little(counter)
        let box = try AES.GCM.seal(
            body, using: key(client, towardsRelay: false), nonce: nonce(client, counter), authenticating: header)
        return header + box.ciphertext + box.tag
    }
}

@Suite("The yardstick's wire is as its drawing says")
struct FloorWireTests {
    private let space = UnsafeMutableRawPointer.allocate(byteCount: 2 * VoiceWireLimits.datagramBytesMax, alignment: 16)

    /// What an end makes of a datagram: the frames, or another word for it.
    private func opened(_ datagram: [UInt8], by end: inout FloorEnd) -> [String] {
        var found: [String] = []
        let kind = datagram.withUnsafeBytes { bytes in
            end.open(bytes, scratch: space) { frame in
                found.append("\(frame.talker) \(frame.sequence) \(Array(frame.payload))")
            }
        }
        switch kind {
        case .frames(let count): return found.count == count ? found : ["\(count) frames, not \(found.count)"]
        case .welcome: return ["welcome"]
        case .pong, .goodbye: return ["answer"]
        case .refused(let cause): return ["\(cause)"]
        }
    }

    @Test("a join has the client's number and the room's")
    func join() throws {
        var end = try FloorEnd(client: 0x0102, room: 7)
        let count = end.writeHello(to: space)
        #expect(
            Array(UnsafeRawBufferPointer(start: space, count: count)) == [1, 0, 0, 0, 2, 1, 0, 0, 7, 0, 0, 0])
        #expect(opened([1, 0, 0, 0, 2, 1, 0, 0, 7, 0, 0, 0], by: &end) == ["welcome"])
    }

    @Test("what the relay sends names the listener's room, which tells those apart who share a socket")
    func room() throws {
        let joined: [UInt8] = [1, 0, 0, 0, 2, 1, 0, 0, 7, 1, 0, 0]
        let voice: [UInt8] = [3, 1, 7, 1, 9, 0, 0, 0] + [UInt8](repeating: 0, count: 40)
        let bundle: [UInt8] = [4] + voice.dropFirst()
        for datagram in [joined, voice, bundle] {
            #expect(datagram.withUnsafeBytes { FloorEnd.room(of: $0) } == 0x0107)
        }
        let spoken: [UInt8] = [2] + voice.dropFirst()
        for datagram in [[], [1], joined.dropLast(), Array(voice.prefix(3)), spoken] as [[UInt8]] {
            #expect(datagram.withUnsafeBytes { FloorEnd.room(of: $0) } == nil)
        }
    }

    @Test("a frame opens with the client's key and counter, its number in front")
    func voice() throws {
        var end = try FloorEnd(client: 700, room: 0)
        let payload: [UInt8] = Array(10..<90)
        for counter: UInt64 in 1...3 {
            let sequence = UInt16(counter) &+ 65_533
            let count = payload.withUnsafeBytes {
                end.writeFrame(SpokenFrame(sequence: sequence, timestamp: 5, flags: []), $0, to: space)
            }
            let datagram = Array(UnsafeRawBufferPointer(start: space, count: count))
            let found = try FloorReference.open(datagram)
            #expect(datagram[0] == 2 && found.client == 700 && found.counter == counter)
            #expect(found.payload == FloorReference.little(UInt32(sequence)) + payload.dropFirst(4))
        }
    }

    @Test("one frame, and several in a bundle, are found as they were sealed")
    func heard() throws {
        var end = try FloorEnd(client: 3, room: 0)
        let body: [UInt8] = [9, 1, 0, 0, 50, 51, 52]
        let single = try FloorReference.seal(kind: 3, count: 1, talker: 5, body: body, to: 3, counter: 1)
        #expect(opened(single, by: &end) == ["5 265 [50, 51, 52]"])
        let records = (5...7).flatMap { FloorReference.little(UInt32($0)) + FloorReference.little(UInt32(1)) + body }
        let bundle = try FloorReference.seal(kind: 4, count: 3, talker: 0, body: records, to: 3, counter: 2)
        #expect(opened(bundle, by: &end) == ["5 265 [50, 51, 52]", "6 265 [50, 51, 52]", "7 265 [50, 51, 52]"])
    }

    @Test("what is for somebody else, changed, cut or nonsense is refused")
    func refused() throws {
        var end = try FloorEnd(client: 3, room: 0)
        let body: [UInt8] = [9, 1, 0, 0, 50, 51, 52]
        let other = try FloorReference.seal(kind: 3, count: 1, talker: 5, body: body, to: 4, counter: 1)
        #expect(opened(other, by: &end) == ["wrongKey"])
        let mine = try FloorReference.seal(kind: 3, count: 1, talker: 5, body: body, to: 3, counter: 1)
        for index in mine.indices where index != 0 {
            var changed = mine
            changed[index] ^= 1
            #expect(opened(changed, by: &end) == ["wrongKey"], "byte \(index)")
        }
        for count in 0..<mine.count { #expect(opened(Array(mine[..<count]), by: &end) != ["5 265 [50, 51, 52]"]) }
        let uneven = try FloorReference.seal(kind: 4, count: 2, talker: 0, body: body + body + [1], to: 3, counter: 2)
        #expect(opened(uneven, by: &end) == ["malformed"])
        let none = try FloorReference.seal(kind: 4, count: 0, talker: 0, body: body, to: 3, counter: 3)
        #expect(opened(none, by: &end) == ["malformed"])
        #expect(opened([7] + mine.dropFirst(), by: &end) == ["malformed"])
    }
}
