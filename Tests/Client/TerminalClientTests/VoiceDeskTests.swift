import Synchronization
import TalkInterface
import TerminalSupport
import TerminalUI
import Testing

@testable import TerminalClient

/// Orders wait for devices, and none that shuts a microphone is lost unnoticed.
struct VoiceDeskTests {
    @Test(arguments: [(VoiceDesk.ordersMax, 0), (VoiceDesk.ordersMax + 1, 1)])
    func `as many orders as may wait are obeyed, and one more ends voice and says so`(
        orderCount: Int, failureCount: Int
    ) async {
        let failures = Atomic<Int>(0)
        let desk = VoiceDesk(
            now: { .zero },
            tell: { event in
                if case .voiceFailed(let failure) = event, failure.description.contains("Join it again") {
                    failures.add(1, ordering: .relaxed)
                }
            })
        // Nobody obeys yet: as while a device opens.
        for _ in 0..<orderCount { desk.order(.effect(.setMuted(true), VoiceSetup(settings: Settings()))) }
        desk.finish()
        await desk.run()
        #expect(failures.load(ordering: .relaxed) == failureCount)
    }
}
