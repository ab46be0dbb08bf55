import Testing
import VoiceWire

@testable import VoiceRelay

/// A frame that one reader hands to another's tap is the same frame there.
@Suite struct FrameTapPassingTests {
    @Test func `What is passed on comes out as it went in, and a full tap counts it`() throws {
        let first = try FrameTap(capacity: 4)
        let second = try FrameTap(capacity: 2)
        let bytes: [UInt8] = Array(0..<60)
        let header = VoiceHeader(
            type: .voice, flags: .talkspurtStart, voice: VoiceID(rawValue: 3), room: VoiceRoomID(rawValue: 4),
            sequence: 5, timestamp: 6, opusByteCount: 50)
        let slot = TapSlot(header, frameByteCount: bytes.count, isPrioritySpeaker: true, arrivalNanoseconds: 7)
        for _ in 0..<3 { #expect(bytes.withUnsafeBytes { first.push(slot, $0) }) }
        var isPassed: [Bool] = []
        while first.pop({ isPassed.append(second.pass($0)) }) {}
        #expect(isPassed == [true, true, false])
        #expect(second.fullCount == 1)
        let isThere = second.pop { frame in
            #expect(frame.room == header.room && frame.voice == header.voice && frame.flags == header.flags)
            #expect(frame.sequence == header.sequence && frame.timestamp == header.timestamp)
            #expect(frame.opusByteCount == 50 && frame.isPrioritySpeaker && frame.arrivalNanoseconds == 7)
            #expect(Array(frame.frame) == bytes)
        }
        #expect(isThere)
    }
}
