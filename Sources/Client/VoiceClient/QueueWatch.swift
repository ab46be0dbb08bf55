/// Tells a queue that grows on a path from delays that scatter, a report at a time.
///
/// Every datagram waits in a queue, jitter holds some of them back: so the least of the last ``recentCount`` delays counts, above
/// the least of the last ``keptCount``, as in congestion control that goes by delay (RFC 6817 §2.4.2). What is taken for a
/// queue is longer where delays scatter: ``queueMillisecondsMin`` and twice their mean step from one to the next. Single round
/// trips say little: with jitter of up to 60 ms every fourth is 40 ms slower than the fastest.
///
/// Pure; one owner; nothing allocates. Delays in milliseconds, of any offset.
struct QueueWatch: Sendable {
    private var delays = InlineArray<10, Double>(repeating: .infinity)
    private var count = 0
    private var step = 0.0

    /// Takes a delay, held to ±``delayMillisecondsMax``; whether a queue has grown.
    mutating func note(_ delay: Double) -> Bool {
        let delay = min(max(delay, -Self.delayMillisecondsMax), Self.delayMillisecondsMax)
        if count > 0 { step += (abs(delay - delays[(count - 1) % Self.keptCount]) - step) / Self.smoothing }
        delays[count % Self.keptCount] = delay
        count += 1
        guard count >= Self.recentCount else { return false }
        var least = Double.infinity
        for index in delays.indices { least = min(least, delays[index]) }
        var recent = Double.infinity
        for back in 1...Self.recentCount { recent = min(recent, delays[(count - back) % Self.keptCount]) }
        return recent - least > Self.queueMillisecondsMin + 2 * step
    }

    static let keptCount = 10
    static let recentCount = 3
    static let queueMillisecondsMin = 40.0
    static let delayMillisecondsMax = 1e6
    /// Steps over which their mean is taken.
    private static let smoothing = 8.0
}
