import Synchronization

/// What happened since the search was opened, and how far its index is behind.
public struct SearchCounters: Equatable, Sendable {
    /// Searches begun, refused ones included.
    public internal(set) var searches: UInt64 = 0
    /// Interrupted at the time limit.
    public internal(set) var timedOut: UInt64 = 0
    /// Refused because too many waited, or because the asker's last one still ran.
    public internal(set) var refusedBusy: UInt64 = 0
    /// Refused because the query could not be meant.
    public internal(set) var refusedQueries: UInt64 = 0
    /// Times that the index was made from nothing.
    public internal(set) var rebuilds: UInt64 = 0
    /// Times that the words of removed messages were taken out of the files for good.
    public internal(set) var purges: UInt64 = 0
    /// Changes of messages taken into the index, and messages taken in while it was built.
    public internal(set) var messagesIndexed: UInt64 = 0
    /// Changes committed and not yet in the index, when it was last looked at.
    public internal(set) var indexLag: UInt64 = 0
    /// Whether the index is complete: false while it is built.
    public internal(set) var isIndexComplete = false
}

/// The counters while they count. Any thread.
final class SearchTally: Sendable {
    let searches = Atomic<UInt64>(0)
    let timedOut = Atomic<UInt64>(0)
    let refusedBusy = Atomic<UInt64>(0)
    let refusedQueries = Atomic<UInt64>(0)
    let rebuilds = Atomic<UInt64>(0)
    let purges = Atomic<UInt64>(0)
    let messagesIndexed = Atomic<UInt64>(0)
    let indexLag = Atomic<UInt64>(0)
    let isIndexComplete = Atomic<Bool>(false)

    func snapshot() -> SearchCounters {
        SearchCounters(
            searches: searches.load(ordering: .relaxed), timedOut: timedOut.load(ordering: .relaxed),
            refusedBusy: refusedBusy.load(ordering: .relaxed),
            refusedQueries: refusedQueries.load(ordering: .relaxed),
            rebuilds: rebuilds.load(ordering: .relaxed),
            purges: purges.load(ordering: .relaxed),
            messagesIndexed: messagesIndexed.load(ordering: .relaxed),
            indexLag: indexLag.load(ordering: .relaxed),
            isIndexComplete: isIndexComplete.load(ordering: .relaxed))
    }
}
