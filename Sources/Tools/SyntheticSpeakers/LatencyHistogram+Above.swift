extension LatencyHistogram {
    /// How many values lie above a bound, to within a bucket: those in the bound's own bucket do not count.
    public func count(above nanoseconds: UInt64) -> UInt64 {
        guard !counts.isEmpty else { return 0 }
        return counts[(HistogramLayout.bucket(of: nanoseconds) + 1)...].reduce(0, +)
    }
}
