import Testing

@testable import LoadTester

@Suite("The most load that holds is found in few tries")
struct CapacitySearchTests {
    @Test("whatever it is, to within a twentieth", arguments: [1, 2, 7, 10, 49, 100, 999, 1_000])
    func finds(capacity: Int) {
        let (search, tries) = Self.search(first: 10, valueMax: 1_000, capacity: capacity)
        let held = search.held ?? 0
        #expect(held <= capacity)
        #expect(Double(capacity - held) <= max(1, Double(held) * CapacitySearch.precision))
        #expect(tries.count <= 14, "\(tries)")
    }

    @Test("all that may be tried can hold")
    func unbroken() {
        let (search, tries) = Self.search(first: 300, valueMax: 1_000, capacity: 5_000)
        #expect(search.held == 1_000)
        #expect(search.broken == nil)
        #expect(tries == [300, 600, 1_000])
    }

    @Test("nothing may hold, not even one")
    func nothing() {
        let (search, tries) = Self.search(first: 8, valueMax: 100, capacity: 0)
        #expect(search.held == nil)
        #expect(tries == [8, 4, 2, 1])
    }

    @Test("more than may be tried is not tried first either")
    func first() {
        #expect(CapacitySearch(first: 50, valueMax: 20).next == 20)
        #expect(CapacitySearch(first: 0, valueMax: 20).next == 1)
    }

    private static func search(first: Int, valueMax: Int, capacity: Int) -> (CapacitySearch, tries: [Int]) {
        var search = CapacitySearch(first: first, valueMax: valueMax)
        var tries: [Int] = []
        while let value = search.next, tries.count < 100 {
            tries.append(value)
            search.record(value, holds: value <= capacity)
        }
        return (search, tries)
    }
}
