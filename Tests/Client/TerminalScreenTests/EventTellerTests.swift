import KeyInput
import Synchronization
import Testing

@testable import TerminalScreen

struct EventTellerTests {
    @Test func `eventsMax events wait, and one more is dropped and counted`() async {
        let telling = EventTeller()
        for _ in 0..<TerminalScreen.eventsMax { telling.tell(.resumed) }
        #expect(telling.droppedCount.load(ordering: .relaxed) == 0)
        telling.tell(.gone)
        #expect(telling.droppedCount.load(ordering: .relaxed) == 1)
        telling.finish()
        var count = 0
        for await event in telling.events {
            #expect(event == .resumed)
            count += 1
        }
        #expect(count == TerminalScreen.eventsMax)
    }

    @Test func `after events were lost all keys are let go, as soon as there is room`() async {
        let telling = EventTeller()
        for _ in 0...TerminalScreen.eventsMax { telling.tell(.resumed) }
        var events = telling.events.makeAsyncIterator()
        for _ in 0..<3 { _ = await events.next() }
        telling.tell(.gone)
        telling.tell(.resumed)
        telling.finish()
        var rest: [TerminalScreen.Event] = []
        while let event = await events.next() { rest.append(event) }
        #expect(rest.suffix(3) == [.input(.focus(false)), .input(.focus(true)), .gone])
        #expect(telling.droppedCount.load(ordering: .relaxed) == 2)
    }
}
