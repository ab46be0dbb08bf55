/// What the message log has done since it was opened.
public struct MessageLogFigures: Equatable, Sendable {
    /// Transactions, failed ones too.
    public internal(set) var batches: UInt64 = 0
    public internal(set) var changes: UInt64 = 0
    /// Changes reported as ``MessageOutcome/failed(_:)``.
    public internal(set) var failures: UInt64 = 0
    /// Changes not taken because `messagesWaitingMax` were on their way, or because the store was closing.
    public internal(set) var refused: UInt64 = 0
    public internal(set) var largestBatch = 0
    /// Of all transactions together, from their begin until the disk has them.
    public internal(set) var commitTime: Duration = .zero
    public internal(set) var longestCommit: Duration = .zero
    /// Submitted changes whose outcome nobody has collected yet.
    public internal(set) var uncollected = 0

    mutating func add(changes count: Int, failures failureCount: Int, took duration: Duration) {
        batches += 1
        changes += UInt64(count)
        failures += UInt64(failureCount)
        largestBatch = max(largestBatch, count)
        commitTime += duration
        longestCommit = max(longestCommit, duration)
    }
}
