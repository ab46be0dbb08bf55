import NetworkSimulator
import Testing
import VoiceWire

@testable import VoiceMixer

/// What an overloaded mixer gives up, in which order, and when it comes back.
@Suite struct MixGovernorTests {
    private static let late = MixGovernor.lateNanoseconds

    @Test func `Late ticks take complexity first, then speakers, one step at a time`() {
        var governor = MixGovernor()
        let configured = MixSettings()
        var seen: [MixSettings] = []
        for beat in 0..<200 {
            if governor.note(lateness: Self.late, busy: 0, at: Int64(beat) * 20_000_000) == .taken {
                seen.append(governor.limited(configured))
            }
        }
        #expect(seen.map(\.complexity) == [3, 0, 0, 0, 0])
        #expect(seen.map(\.speakersMax) == [8, 8, 4, 2, 1])
    }

    @Test func `A tick that is almost late takes nothing`() {
        var governor = MixGovernor()
        for beat in 0..<1_000 {
            #expect(governor.note(lateness: Self.late - 1, busy: 0, at: Int64(beat) * 20_000_000) == .none)
        }
    }

    @Test(arguments: [(0.84, 0), (0.87, 1)])
    func `A thread that is all but full takes a step before it is late`(share: Double, level: Int) {
        var governor = MixGovernor()
        for beat in 0..<40 {
            _ = governor.note(lateness: 0, busy: Int64(share * 20_000_000), at: Int64(beat) * 20_000_000)
        }
        #expect((governor.level > 0) == (level > 0))
    }

    @Test func `Steps come back one by one after two calm seconds each, and not while the thread is busy`() {
        var governor = MixGovernor()
        var now: Int64 = 0
        for _ in 0..<12 {
            _ = governor.note(lateness: Self.late, busy: 0, at: now)
            now += 100_000_000
        }
        #expect(governor.level == 5)
        for _ in 0..<200 {
            #expect(governor.note(lateness: 0, busy: 12_000_000, at: now) != .given)
            now += 20_000_000
        }
        let calm = now
        var given: [Int64] = []
        while governor.level > 0 {
            if governor.note(lateness: 0, busy: 1_000_000, at: now) == .given { given.append(now) }
            now += 20_000_000
        }
        #expect(given.count == 5)
        #expect(given[0] - calm >= MixGovernor.recoveryNanoseconds - MixGovernor.windowNanoseconds)
        for (earlier, later) in zip(given, given.dropFirst()) {
            #expect(later - earlier >= MixGovernor.recoveryNanoseconds)
        }
    }

    @Test func `The core mixes with what is left and counts each step`() throws {
        let stage = MixStage()
        for beat in 0..<20 { stage.core.note(lateness: Self.late, busy: 0, at: Int64(beat) * 250_000_000) }
        #expect(stage.core.settings.speakersMax == 1)
        #expect(stage.core.settings.complexity == 0)
        #expect(stage.counters[.overloadSteps] == 5)
        #expect(stage.counters[.complexityLowered] == 2)
        #expect(stage.counters[.speakersLowered] == 3)
        for beat in 20..<2_000 { stage.core.note(lateness: 0, busy: 0, at: Int64(beat) * 250_000_000) }
        #expect(stage.counters[.stepsRecovered] == 5)
        #expect(stage.core.settings == MixSettings())
    }

    @Test func `Ticks that are too late are left out, in whole frames of both qualities`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.listen([11])
        try stage.run(beats: 20)
        let before = try #require(stage.heard[11]?.last)
        let due = try #require(stage.core.nextDeadline)
        var sink = Sink()
        stage.core.run(at: due + 150_000_000, into: &sink)
        #expect(stage.counters[.ticksSkipped] == 6)
        let first = try #require(sink.sequences.first)
        #expect(before.sequence.distance(to: first) == 7)
        #expect(try #require(stage.core.nextDeadline) > due + 150_000_000)
    }

    private struct Sink: MixSink {
        var sequences: [SequenceNumber] = []
        mutating func send(_ frame: MixFrame) { sequences.append(frame.sequence) }
    }
}
