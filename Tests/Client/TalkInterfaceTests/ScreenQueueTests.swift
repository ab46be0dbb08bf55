import Testing

@testable import TalkInterface

struct ScreenQueueTests {
    @Test func `the last of too many event lines fits, and further ones are only counted`() {
        var queue = ScreenQueue()
        for number in 0..<ScreenQueue.eventLinesMax { queue.add(.event("\(number)")) }
        let fitting = queue.takeAll()
        #expect(fitting.count == ScreenQueue.eventLinesMax)
        #expect(fitting.last == .event("\(ScreenQueue.eventLinesMax - 1)"))
        for number in 0..<ScreenQueue.eventLinesMax + 2 { queue.add(.event("\(number)")) }
        let entries = queue.takeAll()
        #expect(entries.count == ScreenQueue.eventLinesMax + 1)
        #expect(entries.last == .skipped(2))
        #expect(queue.isEmpty && queue.takeAll() == [])
    }

    @Test func `of the status only the newest waits, in its place among the events`() {
        var queue = ScreenQueue()
        for entry in [.status("1"), .event("a"), .status("2"), .event("b"), .clear] as [ScreenQueue.Entry] {
            queue.add(entry)
        }
        #expect(queue.takeAll() == [.event("a"), .event("b"), .clear])
        for number in 0..<10_000 { queue.add(.status("\(number)")) }
        #expect(queue.takeAll() == [.status("9999")])
    }
}
