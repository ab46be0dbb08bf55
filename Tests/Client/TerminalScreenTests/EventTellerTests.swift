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
}
