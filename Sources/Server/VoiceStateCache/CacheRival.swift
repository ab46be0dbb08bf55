/// Another server that writes under this server's name, seen through the hash about the state: pure.
///
/// Who finds another's generation where its own was steps back: the other started later, or filled Redis later, and two
/// that write in turns leave a picture of neither. It takes the name again when the other says goodbye or falls silent.
struct CacheRival: Equatable {
    typealias Instant = ContinuousClock.Instant

    /// Five of the other's heartbeats.
    static let silenceMax: Duration = CacheMachine.heartbeatInterval * 5

    /// Its generation and `written_at`, as last seen, and when they were seen to change.
    private var answers: [RedisReply] = []
    private var changedAt: Instant

    init(at now: Instant) { changedAt = now }

    /// - Parameters:
    ///   - answers: to ``CacheKeyspace/look``.
    ///   - generation: this server's.
    /// - Returns: false once it is gone, or has written nothing for ``silenceMax``.
    mutating func isThere(_ answers: [RedisReply], besides generation: String, at now: Instant) -> Bool {
        guard case .text(let writer)? = answers.first, writer != generation else { return false }
        if answers != self.answers {
            self.answers = answers
            changedAt = now
        }
        return changedAt.duration(to: now) < Self.silenceMax
    }
}
