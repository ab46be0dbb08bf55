import Testing

@testable import SyntheticSpeakers

@Suite("What a talker sent is found by its number")
struct SentFramesTests {
    private static func frame(_ number: Int) -> SentFrames.Frame {
        SentFrames.Frame(sentAt: UInt64(number + 1), sequence: UInt16(truncatingIfNeeded: number), payload: 7)
    }

    @Test("as long as it is among the last 512, and one before them is forgotten", arguments: [0, 65_300])
    func span(start: Int) {
        let frames = SentFrames.allocate()
        defer { frames.deallocate() }
        let end = start + 2 * SentFrames.span
        for number in start..<end { frames.note(Self.frame(number)) }
        for number in (end - SentFrames.span)..<end {
            let found = frames.find(UInt16(truncatingIfNeeded: number))
            #expect(found?.sentAt == UInt64(number + 1))
        }
        let before = UInt16(truncatingIfNeeded: end - SentFrames.span - 1)
        #expect(frames.find(before) == nil && frames.isForgotten(before))
        let after = UInt16(truncatingIfNeeded: end)
        #expect(frames.find(after) == nil && !frames.isForgotten(after))
    }

    @Test("who has sent nothing has not sent number 0 either")
    func nothing() {
        let frames = SentFrames.allocate()
        defer { frames.deallocate() }
        #expect(frames.find(0) == nil && !frames.isForgotten(0))
    }
}
