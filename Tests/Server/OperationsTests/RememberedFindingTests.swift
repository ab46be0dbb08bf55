import Testing

@testable import Operations

/// A check that costs something is not done more often than every few seconds.
@Suite struct RememberedFindingTests {
    private let remembered = RememberedFinding()
    private let start = ContinuousClock.now

    /// What is answered after that time, if the check would find `reason`.
    private func answer(after age: Duration, finding reason: String?) async -> String? {
        await remembered.reason(at: start + age) { reason }
    }

    @Test func aFindingHoldsForItsTimeAndNoLonger() async {
        let ageMax = RememberedFinding.ageMax
        let first = await answer(after: .zero, finding: "full")
        let last = await answer(after: ageMax - .nanoseconds(1), finding: nil)
        #expect(first == "full" && last == "full")
        let next = await answer(after: ageMax, finding: nil)
        #expect(next == nil)
    }

    @Test func thatAllIsWellIsAFindingToo() async {
        let first = await answer(after: .zero, finding: nil)
        let second = await answer(after: .seconds(1), finding: "full")
        #expect(first == nil && second == nil)
    }

    @Test func howeverOftenItIsAskedTheCheckIsMadeOnce() async {
        var count = 0
        for number in 0..<50 {
            _ = await remembered.reason(at: start + .milliseconds(100 * number)) {
                count += 1
                return nil
            }
        }
        #expect(count == 1)
    }
}
