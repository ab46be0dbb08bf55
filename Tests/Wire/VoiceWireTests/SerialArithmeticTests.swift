import Testing
import VoiceWire

@Suite("Sequence numbers and timestamps wrap")
struct SerialArithmeticTests {
    @Test("sequence distance goes the short way round")
    func sequenceDistance() {
        #expect(SequenceNumber(rawValue: 65_535).distance(to: 0) == 1)
        #expect(SequenceNumber(rawValue: 0).distance(to: 65_535) == -1)
        #expect(SequenceNumber(rawValue: 10).distance(to: 10) == 0)
        #expect(SequenceNumber(rawValue: 0).distance(to: 32_767) == 32_767)
        #expect(SequenceNumber(rawValue: 0).distance(to: 32_768) == -32_768)
    }

    @Test("advancing crosses the wrap both ways")
    func advancing() {
        #expect(SequenceNumber(rawValue: 65_530).advanced(by: 10).rawValue == 4)
        #expect(SequenceNumber(rawValue: 4).advanced(by: -10).rawValue == 65_530)
        #expect(MediaTimestamp(rawValue: UInt32.max - 959).advanced(by: 960).rawValue == 0)
        #expect(MediaTimestamp(rawValue: 0).advanced(by: -960).rawValue == UInt32.max - 959)
    }

    @Test("timestamp distance goes the short way round")
    func timestampDistance() {
        #expect(MediaTimestamp(rawValue: .max).distance(to: 959) == 960)
        #expect(MediaTimestamp(rawValue: 959).distance(to: MediaTimestamp(rawValue: .max)) == -960)
    }
}
