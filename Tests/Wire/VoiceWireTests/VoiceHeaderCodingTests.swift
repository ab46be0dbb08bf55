import Testing
import VoiceWire

@Suite("Voice header: bytes on the wire")
struct VoiceHeaderCodingTests {
    /// An unsealed voice datagram with three bytes of Opus and one byte after them.
    static let header = VoiceHeader(
        type: .voice, flags: [.talkspurtStart], voice: VoiceID(rawValue: 0x0102), room: VoiceRoomID(rawValue: 0x0304),
        sequence: 0x0506, timestamp: 0x0708_090A, payloadByteCount: 4, opusByteCount: 3)

    static func datagram(_ header: VoiceHeader = header, payload: [UInt8] = [0xFC, 0xFF, 0xFE, 0x00]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: VoiceHeader.byteCount) + payload
        bytes.withUnsafeMutableBytes { header.write(to: $0) }
        return bytes
    }

    static func rejection(of bytes: [UInt8]) -> VoiceHeader.Rejection? {
        guard case .refused(let rejection) = bytes.withUnsafeBytes({ VoiceHeader.parse($0) }) else { return nil }
        return rejection
    }

    @Test("every field stands where the protocol page draws it")
    func layout() {
        let bytes = Self.datagram()
        #expect(Array(bytes[..<15]) == [0x82, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 4, 0, 3])
        #expect(VoiceHeader.byteCount == 19)
    }

    @Test("what is written is read back, for every type and flag")
    func roundTrip() {
        for type in DatagramType.allCases {
            for flags in 0..<16 where flags & 1 == 0 {
                var header = Self.header
                header.type = type
                header.flags = DatagramFlags(rawValue: UInt8(flags))
                if type != .voice { header.opusByteCount = 0 }
                let bytes = Self.datagram(header)
                #expect(bytes.withUnsafeBytes { VoiceHeader.parse($0) } == .header(header))
            }
        }
    }

    @Test("each fault has its own name")
    func rejections() {
        let good = Self.datagram()
        #expect(Self.rejection(of: good) == nil)
        #expect(Self.rejection(of: []) == .tooShort)
        #expect(Self.rejection(of: Array(good[..<18])) == .tooShort)
        #expect(Self.rejection(of: [good[0] & 0x7F] + good[1...]) == .unknownVersion)
        #expect(Self.rejection(of: [good[0] | 0x70] + good[1...]) == .unknownType)
        #expect(Self.rejection(of: good + [0]) == .payloadLengthWrong)
        #expect(Self.rejection(of: Array(good.dropLast())) == .payloadLengthWrong)
        for index in good.indices where index > 0 && !(11..<15).contains(index) {
            var flipped = good
            flipped[index] ^= 0x01
            #expect(Self.rejection(of: flipped) == .checksumWrong, "byte \(index)")
        }
    }

    @Test("no length may point outside the datagram")
    func opusLength() {
        var header = Self.header
        header.opusByteCount = 4
        #expect(Self.rejection(of: Self.datagram(header)) == nil)
        header.opusByteCount = 5
        #expect(Self.rejection(of: Self.datagram(header)) == .opusLengthWrong)
        header.opusByteCount = 0
        #expect(Self.rejection(of: Self.datagram(header)) == .opusLengthWrong, "voice without Opus")
        header.type = .ping
        #expect(Self.rejection(of: Self.datagram(header)) == nil)
        header.opusByteCount = 1
        #expect(Self.rejection(of: Self.datagram(header)) == .opusLengthWrong, "Opus in a ping")
    }

    @Test("a sealed datagram has room for its trailer")
    func sealedTrailer() {
        var header = Self.header
        header.flags = .sealed
        header.payloadByteCount = 23
        header.opusByteCount = 3
        #expect(Self.rejection(of: Self.datagram(header, payload: Array(repeating: 7, count: 23))) == nil)
        header.opusByteCount = 4
        #expect(Self.rejection(of: Self.datagram(header, payload: Array(repeating: 7, count: 23))) == .opusLengthWrong)
    }

    @Test("the longest datagram is accepted, one byte more is not")
    func longest() {
        var header = Self.header
        let room = VoiceWireLimits.datagramBytesMax - VoiceHeader.byteCount
        header.payloadByteCount = UInt16(room)
        #expect(Self.rejection(of: Self.datagram(header, payload: Array(repeating: 1, count: room))) == nil)
        header.payloadByteCount = UInt16(room + 1)
        #expect(Self.rejection(of: Self.datagram(header, payload: Array(repeating: 1, count: room + 1))) == .tooLong)
    }

    @Test("the longest Opus packet is accepted, one byte more is not")
    func longestOpus() {
        var header = Self.header
        header.payloadByteCount = UInt16(VoiceWireLimits.opusBytesMax + 1)
        header.opusByteCount = UInt16(VoiceWireLimits.opusBytesMax)
        let payload = [UInt8](repeating: 1, count: VoiceWireLimits.opusBytesMax + 1)
        #expect(Self.rejection(of: Self.datagram(header, payload: payload)) == nil)
        header.opusByteCount += 1
        #expect(Self.rejection(of: Self.datagram(header, payload: payload)) == .opusLengthWrong)
    }
}
