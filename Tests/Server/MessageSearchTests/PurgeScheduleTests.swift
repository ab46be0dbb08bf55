import Testing

@testable import MessageSearch

@Suite struct PurgeScheduleTests {
    private let start = ContinuousClock.now

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func firstRemovalSaysWhenAndTheOthersGoWithIt() {
        var schedule = PurgeSchedule(delay: .seconds(60), retry: .seconds(5))
        let early = schedule.begin(at: after(1_000))
        #expect(!early, "nothing was removed")
        #expect(schedule.noteRemoval(at: start) == after(60))
        #expect(schedule.noteRemoval(at: after(59)) == nil)
        let begins = [59, 60].map { schedule.begin(at: after($0)) }
        #expect(begins == [false, true])
    }

    @Test func onePurgeTakesATwentiethOfTheTime() {
        var schedule = PurgeSchedule(delay: .seconds(60), retry: .seconds(5))
        _ = schedule.noteRemoval(at: start)
        let steps = [60, 65].map { schedule.begin(at: after($0)) }
        #expect(steps == [true, true])
        schedule.finish(at: after(70))
        let again = schedule.begin(at: after(1_000))
        #expect(!again)
        // Ten seconds it took; two hundred are its pause.
        #expect(schedule.noteRemoval(at: after(71)) == after(270))
        let next = schedule.begin(at: after(270))
        #expect(next)
        schedule.finish(at: after(270))
        #expect(schedule.noteRemoval(at: after(271)) == after(331))
    }

    @Test func whatWasInTheWayPutsItOff() {
        var schedule = PurgeSchedule(delay: .seconds(60), retry: .seconds(5))
        _ = schedule.noteRemoval(at: start)
        let first = schedule.begin(at: after(60))
        #expect(first)
        #expect(schedule.postpone(at: after(61)) == after(66))
        let begins = [65, 66].map { schedule.begin(at: after($0)) }
        #expect(begins == [false, true])
        // The wait was no work.
        schedule.finish(at: after(67))
        #expect(schedule.noteRemoval(at: after(67)) == after(127))
    }
}
