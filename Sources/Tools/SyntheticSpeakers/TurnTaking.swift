import Glibc
import NetworkSimulator

/// Who of a room's speakers talks when: pure, from a seed, on a clock of its own that its owner moves on.
///
/// A conversation is the four-state model of ITU-T P.59 (03/93): nobody, one of the two, or both talk, for times that are
/// exponentially distributed, and what follows is drawn by fixed chances. With more than two speakers the room still holds
/// one conversation: whoever begins is any of those that could. So the room's shares of silence and of double talk are
/// P.59's however many speak, and for two of them everything is.
///
/// One owner at a time. ``advance(to:)`` does not allocate.
public struct TurnTaking: Sendable {
    /// Mean durations of the states, in seconds, and the chance that somebody is interrupted (P.59 §4, figure 2).
    enum Model {
        static let singleTalkMean = 0.854
        static let doubleTalkMean = 0.226
        static let mutualSilenceMean = 0.456
        /// Of ends of single talk; the others are silence.
        static let interruptionProbability = 0.4
        /// Of one person, as P.59's table 1 has them: what a speaker without a partner, and ``TalkPattern/everyone``, go by.
        static let talkspurtMean = 1.004
        static let pauseMean = 1.587
    }

    /// Nothing lasts longer than this: the longest state of a thousand hours would otherwise be minutes.
    static let stateSecondsMax = 30.0

    private enum State {
        case silence
        case single(Int)
        case double(Int, Int)
        /// All, or, without anybody to talk to, the only one.
        case everybody
    }

    /// Those who may talk: 0..<speakerCount.
    public let speakerCount: Int

    private let pattern: TalkPattern
    private var generator: SeededGenerator
    private var state: State
    private var stateEnd: Duration
    private var now: Duration = .zero

    /// - Parameters:
    ///   - pattern: holds for the whole run.
    ///   - speakerCount: 0 is a room in which nobody ever talks.
    ///   - seed: the same seed gives the same conversation, however ``advance(to:)`` is called.
    public init(pattern: TalkPattern, speakerCount: Int, seed: UInt64) {
        self.pattern = pattern
        self.speakerCount = max(0, speakerCount)
        generator = SeededGenerator(seed: seed)
        state = pattern == .constant ? .everybody : .silence
        stateEnd = .zero
        if pattern != .constant { stateEnd = draw(mean: silenceMean) }
    }

    /// Moves on to `time` since the beginning. Earlier times than the last are taken for it.
    public mutating func advance(to time: Duration) {
        now = max(now, time)
        guard pattern != .constant, speakerCount > 0 else { return }
        while stateEnd <= now {
            let mean = enterNextState()
            stateEnd += draw(mean: mean)
        }
    }

    /// Whether that speaker talks now; false for numbers that nobody has.
    public func isTalking(_ speaker: Int) -> Bool {
        guard speaker >= 0, speaker < speakerCount else { return false }
        return switch state {
        case .silence: false
        case .single(let talker): talker == speaker
        case .double(let first, let second): first == speaker || second == speaker
        case .everybody: true
        }
    }

    /// How many talk now.
    public var talkerCount: Int {
        switch state {
        case .silence: 0
        case .single: 1
        case .double: 2
        case .everybody: speakerCount
        }
    }

    private var isAlone: Bool { speakerCount == 1 || pattern == .everyone }
    private var silenceMean: Double { isAlone ? Model.pauseMean : Model.mutualSilenceMean }

    /// Changes the state; returns how long the new one lasts on average, in seconds.
    private mutating func enterNextState() -> Double {
        switch state {
        case .silence where isAlone:
            state = .everybody
            return Model.talkspurtMean
        case .everybody:
            state = .silence
            return silenceMean
        case .silence:
            state = .single(Int.random(in: 0..<speakerCount, using: &generator))
            return Model.singleTalkMean
        case .single(let talker) where generator.chance(Model.interruptionProbability):
            // Anybody but the one who talks.
            let other = Int.random(in: 0..<speakerCount - 1, using: &generator)
            state = .double(talker, other < talker ? other : other + 1)
            return Model.doubleTalkMean
        case .single:
            state = .silence
            return Model.mutualSilenceMean
        case .double(let first, let second):
            // Who interrupts prevails as often as not.
            state = .single(generator.chance(0.5) ? first : second)
            return Model.singleTalkMean
        }
    }

    private mutating func draw(mean: Double) -> Duration {
        let seconds = min(-log(1 - generator.nextUnit()) * mean, Self.stateSecondsMax)
        return .nanoseconds(Int64(seconds * 1e9))
    }
}
