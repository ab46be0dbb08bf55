import Testing

@testable import SyntheticSpeakers

@Suite("Speakers take turns as ITU-T P.59 describes it")
struct TurnTakingTests {
    /// Four hours, in steps of a frame.
    private static let stepCount = 4 * 3_600 * 50

    @Test("two speakers: the shares and durations of P.59's model", arguments: [UInt64(1), 42, 4_711])
    func model(seed: UInt64) {
        let seen = Observation(pattern: .conversation, speakerCount: 2, seed: seed, stepCount: Self.stepCount)
        // What the model's means and chances work out to: of ten states five are single talk, two double talk, three
        // silence.
        let cycle = 0.5 * 0.854 + 0.2 * 0.226 + 0.3 * 0.456
        #expect(abs(seen.share(of: 2) - 0.2 * 0.226 / cycle) < 0.01, "seed \(seed)")
        #expect(abs(seen.share(of: 0) - 0.3 * 0.456 / cycle) < 0.01, "seed \(seed)")
        // Half the talkspurts follow silence and last 1.181 s, the others interrupt and last 0.816 s: three to two.
        #expect(abs(seen.talkspurtMean - 1.035) < 0.05, "seed \(seed): \(seen.talkspurtMean)")
    }

    /// The table's figures contradict one another (a person who talks 38.5 % of the time, with 6.6 % of double talk, leaves
    /// 29.5 % of silence, not 22.5 %), so that no conversation can have them all to the digit.
    @Test("two speakers: P.59's table, as near as the table allows", arguments: [UInt64(1), 42, 4_711])
    func table(seed: UInt64) {
        let seen = Observation(pattern: .conversation, speakerCount: 2, seed: seed, stepCount: Self.stepCount)
        #expect(abs(seen.share(of: 0) - 0.2248) < 0.01, "seed \(seed): \(seen.share(of: 0))")
        #expect(abs(seen.share(of: 2) - 0.0659) < 0.012, "seed \(seed): \(seen.share(of: 2))")
        #expect(abs(seen.talkspurtMean / 1.004 - 1) < 0.08, "seed \(seed): \(seen.talkspurtMean)")
        #expect(abs(seen.pauseMean / 1.587 - 1) < 0.15, "seed \(seed): \(seen.pauseMean)")
        #expect(abs(seen.activity - 0.3853) < 0.05, "seed \(seed): \(seen.activity)")
    }

    @Test("more speakers still hold one conversation, and all get their turn", arguments: [3, 5, 20])
    func group(speakerCount: Int) {
        let seen = Observation(
            pattern: .conversation, speakerCount: speakerCount, seed: 7, stepCount: Self.stepCount)
        #expect(abs(seen.share(of: 0) - 0.2248) < 0.01)
        #expect(abs(seen.share(of: 2) - 0.0742) < 0.006)
        #expect(seen.share(of: 3) == 0)
        let fair = seen.talkingSteps.map { Double($0) / Double(Self.stepCount) * Double(speakerCount) }
        #expect(fair.allSatisfy { abs($0 - 0.85) < 0.12 }, "\(fair)")
    }

    @Test("somebody alone talks and pauses by P.59's own means")
    func alone() {
        let seen = Observation(pattern: .conversation, speakerCount: 1, seed: 3, stepCount: Self.stepCount)
        #expect(abs(seen.talkspurtMean / 1.004 - 1) < 0.06, "\(seen.talkspurtMean)")
        #expect(abs(seen.pauseMean / 1.587 - 1) < 0.06, "\(seen.pauseMean)")
    }

    @Test("“everyone” talks at once and pauses at once")
    func everyone() {
        let seen = Observation(pattern: .everyone, speakerCount: 4, seed: 3, stepCount: Self.stepCount)
        #expect(seen.share(of: 4) + seen.share(of: 0) == 1)
        #expect(abs(seen.share(of: 4) - 1.004 / 2.591) < 0.02)
    }

    @Test("“constant” never pauses, and nobody talks where nobody speaks")
    func constant() {
        let seen = Observation(pattern: .constant, speakerCount: 3, seed: 3, stepCount: 1_000)
        #expect(seen.share(of: 3) == 1)
        for pattern in TalkPattern.allCases {
            var nobody = TurnTaking(pattern: pattern, speakerCount: 0, seed: 1)
            nobody.advance(to: .seconds(100))
            #expect(nobody.talkerCount == 0)
            #expect(!nobody.isTalking(0))
        }
    }

    @Test("a seed gives the same conversation, however large the steps are")
    func repeatable() {
        var (fine, coarse) = (Self.conversation(seed: 9), Self.conversation(seed: 9))
        var other = Self.conversation(seed: 10)
        var differs = false
        for second in 1...600 {
            for step in 1...50 { fine.advance(to: .seconds(second - 1) + .milliseconds(20 * step)) }
            coarse.advance(to: .seconds(second))
            other.advance(to: .seconds(second))
            let talkers = (0..<3).map(fine.isTalking)
            #expect(talkers == (0..<3).map(coarse.isTalking))
            if talkers != (0..<3).map(other.isTalking) { differs = true }
        }
        #expect(differs)
    }

    @Test("time does not run backwards, and nobody has a number out of range")
    func edges() {
        var turns = Self.conversation(seed: 1)
        turns.advance(to: .seconds(60))
        let before = (0..<3).map(turns.isTalking)
        turns.advance(to: .seconds(1))
        #expect((0..<3).map(turns.isTalking) == before)
        #expect(!turns.isTalking(-1))
        #expect(!turns.isTalking(3))
    }

    private static func conversation(seed: UInt64) -> TurnTaking {
        TurnTaking(pattern: .conversation, speakerCount: 3, seed: seed)
    }
}

/// What somebody sees who listens to a whole conversation.
private struct Observation {
    private(set) var talkingSteps: [Int]
    private var stepsByTalkerCount: [Int: Int] = [:]
    private var talkspurtCount = 0
    private let stepCount: Int

    init(pattern: TalkPattern, speakerCount: Int, seed: UInt64, stepCount: Int) {
        var turns = TurnTaking(pattern: pattern, speakerCount: speakerCount, seed: seed)
        var wasTalking = [Bool](repeating: false, count: speakerCount)
        talkingSteps = [Int](repeating: 0, count: speakerCount)
        self.stepCount = stepCount
        for step in 1...stepCount {
            turns.advance(to: .milliseconds(20 * step))
            stepsByTalkerCount[turns.talkerCount, default: 0] += 1
            for speaker in 0..<speakerCount {
                let isTalking = turns.isTalking(speaker)
                if isTalking { talkingSteps[speaker] += 1 }
                if isTalking, !wasTalking[speaker] { talkspurtCount += 1 }
                wasTalking[speaker] = isTalking
            }
        }
    }

    /// Of the time, with so many talking.
    func share(of talkerCount: Int) -> Double { Double(stepsByTalkerCount[talkerCount] ?? 0) / Double(stepCount) }

    /// Of a person's time, talking.
    var activity: Double { Double(talkingSteps.reduce(0, +)) / Double(stepCount * talkingSteps.count) }

    /// In seconds. Steps of 20 ms overlook what is shorter: some two in a hundred talkspurts and pauses.
    var talkspurtMean: Double { Double(talkingSteps.reduce(0, +)) * 0.02 / Double(talkspurtCount) }
    var pauseMean: Double {
        Double(stepCount * talkingSteps.count - talkingSteps.reduce(0, +)) * 0.02 / Double(talkspurtCount)
    }
}
