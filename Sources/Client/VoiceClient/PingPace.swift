import Playout

/// When a client pings: often while that tells it something, and otherwise as seldom as keeps the session. Pure.
///
/// While we talk, pings measure our way to the relay, once a second. While we hear others, the way to us is alive as long as they are
/// heard; when they fall silent, one ping finds out whether they stopped or the path did. In silence a ping keeps the session and
/// the bindings of address translators between. A ping that is not answered within a second is followed by another one, each second,
/// until something comes.
struct PingPace: BitwiseCopyable, Sendable {
    /// Between pings that measure or search, in nanoseconds.
    static let attentiveInterval: Int64 = 1_000_000_000
    /// How many of those follow the welcome, and the last frame of ours.
    static let attentivePingsMax = 5
    /// How long after the last frame of others the path is asked, at least, and how much later at most: a room's listeners do
    /// not all ask at the same moment.
    static let pauseNanoseconds: Int64 = 1_000_000_000
    static let spreadNanoseconds: Int64 = 1_000_000_000

    /// Between pings in silence.
    private let quietInterval: Int64
    private let pause: Int64
    private var lastPing: MonotonicInstant
    private var attentivePings = Self.attentivePingsMax
    /// When others were heard last, if since the last ping.
    private var lastVoice: MonotonicInstant?
    /// Pings since anything authentic was heard, and when the first of them left.
    private(set) var unansweredCount = 0
    private(set) var unansweredSince: MonotonicInstant?

    /// The first ping is due at `now`.
    /// - Parameters:
    ///   - keepalive: how often the server wants to hear of us; nanoseconds.
    ///   - spread: any number, another one for each client of a room.
    init(keepalive: Int64, spread: UInt16, at now: MonotonicInstant) {
        // Some time before the server's: a ping takes its way, too.
        quietInterval = max(keepalive / 8 * 7, Self.attentiveInterval / 10)
        pause = Self.pauseNanoseconds + Int64(spread % 64) * Self.spreadNanoseconds / 64
        lastPing = now.advanced(byNanoseconds: -Self.attentiveInterval)
    }

    /// When the next ping is due.
    var nextPing: MonotonicInstant {
        let interval = min(Self.attentiveInterval, quietInterval)
        if unansweredCount > 0 || attentivePings > 0 { return lastPing.advanced(byNanoseconds: interval) }
        let quiet = lastPing.advanced(byNanoseconds: quietInterval)
        guard let lastVoice else { return quiet }
        return min(quiet, max(lastPing.advanced(byNanoseconds: interval), lastVoice.advanced(byNanoseconds: pause)))
    }

    /// A ping leaves.
    mutating func notePing(at now: MonotonicInstant) {
        lastPing = now
        lastVoice = nil
        attentivePings = max(0, attentivePings - 1)
        unansweredCount += 1
        if unansweredSince == nil { unansweredSince = now }
    }

    /// The next ping is due at `now`, and a few follow it soon: the relay is to learn of another way, and we of what it is like.
    mutating func hurry(at now: MonotonicInstant) {
        lastPing = now.advanced(byNanoseconds: -Self.attentiveInterval)
        attentivePings = Self.attentivePingsMax
    }

    /// A frame of ours leaves.
    mutating func noteSpeaking() { attentivePings = Self.attentivePingsMax }

    /// Something authentic came: others' voice, or anything else.
    mutating func noteHearing(isVoice: Bool, at now: MonotonicInstant) {
        unansweredCount = 0
        unansweredSince = nil
        if isVoice { lastVoice = now }
    }
}
