import NetworkSimulator
import Testing

@testable import SyntheticSpeakers

@Suite("A listener's stream of one talker")
struct HeardStreamTests {
    @Test("frames in order are in order, over the wrap of their numbers")
    func order() {
        var stream = HeardStream()
        for number in 65_000..<66_000 {
            #expect(stream.note(UInt16(truncatingIfNeeded: number), generation: 1) == .inOrder)
        }
    }

    @Test("a frame that comes late is told from one that comes twice, up to 63 frames back and not one more")
    func lateAndTwice() {
        var stream = HeardStream()
        for number: UInt16 in [10, 11] { #expect(stream.note(number, generation: 1) == .inOrder) }
        for number: UInt16 in [13, 80] { #expect(stream.note(number, generation: 1) == .afterGap) }
        #expect(stream.note(80, generation: 1) == .duplicate)
        #expect(stream.note(17, generation: 1) == .reordered)
        #expect(stream.note(17, generation: 1) == .duplicate)
        #expect(stream.note(16, generation: 1) == .tooOld)
        #expect(stream.note(144, generation: 1) == .afterGap)
        #expect(stream.note(81, generation: 1) == .reordered)
        #expect(stream.note(80, generation: 1) == .tooOld)
    }

    @Test("another talker at the same place begins anew")
    func generations() {
        var stream = HeardStream()
        _ = stream.note(500, generation: 1)
        #expect(stream.note(500, generation: 2) == .inOrder)
        #expect(stream.note(500, generation: 2) == .duplicate)
    }

    @Test("every order of arrival is judged as a set of all that came would", arguments: [1, 2, 3, 4] as [UInt64])
    func againstReference(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var stream = HeardStream()
        var (seen, newest) = (Set<Int>(), -1)
        for _ in 0..<20_000 {
            let number = max(0, newest + Int(generator.next() % 90) - 80)
            let arrival = stream.note(UInt16(truncatingIfNeeded: number), generation: 1)
            let expected: HeardStream.Arrival =
                number > newest
                ? number == newest + 1 || newest < 0 ? .inOrder : .afterGap
                : newest - number > 63 ? .tooOld : seen.contains(number) ? .duplicate : .reordered
            #expect(arrival == expected, "seed \(seed), frame \(number) after \(newest)")
            seen.insert(number)
            newest = max(newest, number)
        }
    }

    @Test("jitter is RFC 3550's: a sixteenth of each change of transit time")
    func jitter() {
        var stream = HeardStream()
        let transits: [UInt64] = [100_000, 180_000, 20_000, 20_000]
        var found: [UInt64?] = []
        for (index, transit) in transits.enumerated() {
            let due = UInt64(index) * 20_000_000
            found.append(stream.noteTransit(due + transit, due: due))
        }
        // 80,000 / 16; then 5,000 + (160,000 − 5,000) / 16; then 14,687.5 × 15 / 16.
        #expect(found == [nil, 5_000, 14_687, 13_769])
    }
}
