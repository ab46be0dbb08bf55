import Testing

@testable import AudioDevice

@Suite struct PlaybackLeadTests {
    private static let period = 120

    private func lead(periodCount: Int = 8) -> PlaybackLead {
        PlaybackLead(
            PCMDevice.Format(
                sampleRate: 48_000, channelCount: 1, periodFrameCount: Self.period,
                bufferFrameCount: periodCount * Self.period))
    }

    /// `seconds` in which each period came right after the one before had been taken, or this many periods later.
    private func pass(_ lead: inout PlaybackLead, seconds: Int, latePeriods: Int = 0) {
        for _ in 0..<seconds * 400 {
            lead.notePeriod(spareFrameCount: lead.frameCount - (1 + latePeriods) * Self.period)
        }
    }

    @Test func `It begins with three periods and stays there while all is well`() {
        var lead = lead()
        #expect(lead.frameCount == 3 * Self.period)
        pass(&lead, seconds: 600)
        #expect(lead.frameCount == 3 * Self.period)
        #expect(lead.growthCount == 0)
    }

    @Test func `A device that ran empty gets a period more at once`() {
        var lead = lead()
        lead.noteShortage()
        #expect(lead.frameCount == 4 * Self.period)
        #expect(lead.growthCount == 1)
    }

    @Test func `So does one that hardly had any left, but not one with an eighth of a period`() {
        var lead = lead()
        lead.notePeriod(spareFrameCount: Self.period / 8)
        #expect(lead.growthCount == 0)
        lead.notePeriod(spareFrameCount: Self.period / 8 - 1)
        #expect(lead.growthCount == 1)
    }

    @Test func `It never asks for more than the buffer holds, and counts no growth there`() {
        var lead = lead(periodCount: 4)
        lead.noteShortage()
        #expect(lead.frameCount == 4 * Self.period)
        lead.noteShortage()
        #expect(lead.frameCount == 4 * Self.period)
        #expect(lead.growthCount == 1)
    }

    @Test func `A buffer of less than three periods is used as it is`() {
        #expect(lead(periodCount: 2).frameCount == 2 * Self.period)
    }

    @Test func `When all have been early for two seconds, the period goes again`() {
        var lead = lead()
        lead.noteShortage()
        pass(&lead, seconds: 1)
        #expect(lead.frameCount == 4 * Self.period)
        pass(&lead, seconds: 1)
        #expect(lead.frameCount == 3 * Self.period)
    }

    @Test func `One that would hardly have had any left once in the while keeps it`() {
        var lead = lead()
        lead.noteShortage()
        pass(&lead, seconds: 1)
        lead.notePeriod(spareFrameCount: 3 * Self.period / 2 - 1)
        pass(&lead, seconds: 1)
        #expect(lead.frameCount == 4 * Self.period)
    }

    @Test func `One that is always two periods late keeps it, too, and one that is one late does not`() {
        var lead = lead()
        lead.noteShortage()
        pass(&lead, seconds: 600, latePeriods: 2)
        #expect(lead.frameCount == 4 * Self.period)
        pass(&lead, seconds: 2, latePeriods: 1)
        #expect(lead.frameCount == 3 * Self.period)
    }

    @Test func `Each time it must take a period back it waits twice as long, up to two minutes`() {
        var lead = lead()
        lead.noteShortage()
        for wait in [2, 4, 8, 16, 32, 64, 128, 128] {
            pass(&lead, seconds: wait - 1)
            #expect(lead.frameCount == 4 * Self.period, "after \(wait - 1) of \(wait) s")
            pass(&lead, seconds: 1)
            #expect(lead.frameCount == 3 * Self.period, "after \(wait) s")
            lead.noteShortage()
        }
    }

    @Test func `Where it held, the wait becomes shorter again`() {
        var lead = lead()
        lead.noteShortage()
        pass(&lead, seconds: 2)
        lead.noteShortage()
        pass(&lead, seconds: 4)
        #expect(lead.frameCount == 3 * Self.period)
        pass(&lead, seconds: 4)
        lead.noteShortage()
        pass(&lead, seconds: 2)
        #expect(lead.frameCount == 3 * Self.period)
    }
}
