/// How much searching may cost.
public struct SearchConfiguration: Equatable, Sendable {
    /// Threads that search, each with its own connection. 0: one for every two processors, at least one.
    public var threadCount = 0
    /// What each of them may take of a processor in the long run, in percent. A search that follows on a pause does not wait.
    public var processorPercentMax = 50
    /// Searches that wait for a thread; one more is refused.
    public var waitingMax = 32
    /// How long one search may run before it is interrupted.
    public var timeLimitMilliseconds = 1_000

    public init() {}
}
