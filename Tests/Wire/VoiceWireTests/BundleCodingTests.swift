import NetworkSimulator
import Testing

@testable import VoiceWire

@Suite("Bundles")
struct BundleCodingTests {
    private func record(_ frame: [UInt8], opus: Int? = nil, flags: DatagramFlags = [], voice: UInt16 = 7) -> [UInt8] {
        let header = VoiceHeader(
            type: .voice, flags: flags, voice: VoiceID(rawValue: voice), room: VoiceRoomID(rawValue: 3),
            sequence: 0xFFFE, timestamp: 0x8000_0001, opusByteCount: UInt16(opus ?? frame.count))
        var bytes = [UInt8](repeating: 0xEE, count: BundleRecord.headerByteCount) + frame
        bytes.withUnsafeMutableBytes { BundleRecord(header, frameByteCount: frame.count).write(to: $0) }
        return bytes
    }

    private func read(_ plaintext: [UInt8]) -> (frames: [(BundleRecord, [UInt8])], isMalformed: Bool) {
        plaintext.withUnsafeBytes { bytes in
            var reader = BundleReader(bytes)
            var frames: [(BundleRecord, [UInt8])] = []
            while let element = reader.next() { frames.append((element.record, Array(element.frame))) }
            return (frames, reader.isMalformed)
        }
    }

    @Test("a record header has the bytes that the page says")
    func layout() {
        let bytes = record([1, 2, 3, 4], opus: 1, flags: [.sealed, .talkspurtEnd])
        #expect(bytes == [0, 7, 0xFF, 0xFE, 0x80, 0, 0, 1, 0x40, 0, 0x08, 0x04, 1, 2, 3, 4])
    }

    @Test("what is written is read again, record after record")
    func roundTrip() {
        let (frames, isMalformed) = read(
            record([1], flags: .talkspurtStart, voice: 1)
                + record([2, 3, 4], opus: 2, flags: .talkspurtEnd, voice: 65_535))
        #expect(!isMalformed)
        #expect(frames.map(\.1) == [[1], [2, 3, 4]])
        #expect(frames.map(\.0.voice.rawValue) == [1, 65_535])
        #expect(frames.map(\.0.flags) == [.talkspurtStart, .talkspurtEnd])
        #expect(frames.map(\.0.opusByteCount) == [1, 2])
        #expect(frames.allSatisfy { $0.0.sequence == 0xFFFE && $0.0.timestamp == 0x8000_0001 })
        let header = frames[1].0.header(in: VoiceRoomID(rawValue: 9))
        #expect(header.type == .voice && header.room.rawValue == 9 && header.payloadByteCount == 3)
    }

    @Test("nothing is an empty bundle")
    func empty() {
        let (frames, isMalformed) = read([])
        #expect(frames.isEmpty && !isMalformed)
    }

    @Test("a record that claims more than there is ends the reading, and what stood before it is kept")
    func claimsTooMuch() {
        for missing in 1...15 {
            let (frames, isMalformed) = read(record([1, 2, 3]) + record([4, 5, 6]).dropLast(missing))
            #expect(frames.map(\.1) == [[1, 2, 3]])
            #expect(isMalformed == (missing < 15))
        }
    }

    @Test("a record without Opus, or with more Opus than frame or RFC 6716 allows, is none")
    func impossibleLengths() {
        #expect(read(record([1, 2], opus: 0)).isMalformed)
        #expect(read(record([1, 2], opus: 3)).isMalformed)
        #expect(!read(record([1, 2], opus: 2)).isMalformed)
        let long = [UInt8](repeating: 1, count: 1_276)
        #expect(!read(record(long, opus: 1_275)).isMalformed)
        #expect(read(record(long, opus: 1_276)).isMalformed)
    }

    @Test("the longest frame that a record carries fills the longest datagram")
    func longest() {
        let frame = BundleRecord.frameByteCountMax
        #expect(19 + 12 + frame + 20 == VoiceWireLimits.datagramBytesMax)
        #expect(frame < 1 << 11, "the field has 11 bits")
    }

    @Test("random bytes are read to an end without a step outside", arguments: [0x5EED_B0D1, 0x5EED_B0D2] as [UInt64])
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let bytes = (0..<Int(random.next() % 80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let (frames, isMalformed) = read(bytes)
            let readCount = frames.reduce(0) { $0 + 12 + $1.1.count }
            #expect(isMalformed ? readCount < bytes.count : readCount == bytes.count, "seed \(seed)")
        }
    }
}
