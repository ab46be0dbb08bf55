import Testing

@testable import VoiceClient

/// The encoder provides for the loss that is there: none for none, more for more, within bounds.
@Suite struct LossFollowerTests {
    private func percent(after share: Double, count: Int = 40, percentMin: Int = 0) -> Int {
        var follower = LossFollower(percentMin: percentMin)
        return (0..<count).map { _ in follower.note(share) }.last ?? -1
    }

    @Test(arguments: [(0.0, 0), (0.009, 0), (0.01, 0), (0.011, 1), (0.05, 5), (0.2, 20), (0.21, 20), (1, 20), (7, 20)])
    func `A steady loss is followed`(share: Double, expected: Int) {
        #expect(percent(after: share) == expected)
    }

    @Test func `One bad second is not the path`() {
        var follower = LossFollower(percentMin: 0)
        #expect(follower.note(0.08) == 2)
        for _ in 0..<5 { _ = follower.note(0) }
        #expect(follower.note(0) == 0)
    }

    @Test func `What was asked for is the least`() {
        #expect(percent(after: 0, percentMin: 5) == 5)
        #expect(percent(after: 0.1, percentMin: 5) == 10)
    }
}
