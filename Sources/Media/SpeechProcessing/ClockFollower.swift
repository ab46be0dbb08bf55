/// Tells how far one sound device's clock is ahead of another's, and how fast that changes, from reports that jitter. Pure.
///
/// A Kalman filter over offset and drift. At first it believes the reports, so that drift is known within seconds; later it
/// believes what it has learnt, so that a report that is off by a period moves nothing. Devices drift by up to ±300 ppm.
struct ClockFollower: Sendable {
    /// Best estimate now, in samples.
    private(set) var offset = 0.0
    /// Samples of offset gained with each sample of the clock that is counted by.
    private(set) var drift = 0.0
    /// Times that the reports jumped, as after lost sound.
    private(set) var jumpCount = 0

    /// A report was taken.
    private(set) var hasBegun = false
    private var offsetVariance = 0.0
    private var covariance = 0.0
    private var driftVariance = 0.0
    private var outlierCount = 0

    /// Takes a report, `elapsed` samples after the one before. True when offset and drift were begun anew.
    mutating func follow(_ report: Double, elapsed: Double) -> Bool {
        guard hasBegun else {
            begin(report)
            return true
        }
        offset += drift * elapsed
        offsetVariance += 2 * elapsed * covariance + elapsed * elapsed * driftVariance
        covariance += elapsed * driftVariance
        driftVariance += Self.driftWander * elapsed

        let surprise = report - offset
        if abs(surprise) > Self.jumpMin {
            outlierCount += 1
            guard outlierCount >= Self.outliersMax else { return false }
            jumpCount += 1
            begin(report)
            return true
        }
        outlierCount = 0
        let (gain, driftGain) = (
            offsetVariance / (offsetVariance + Self.reportVariance), covariance / (offsetVariance + Self.reportVariance)
        )
        offset += gain * surprise
        drift = min(max(drift + driftGain * surprise, -Self.driftMax), Self.driftMax)
        driftVariance -= driftGain * covariance
        covariance *= 1 - gain
        offsetVariance *= 1 - gain
        return false
    }

    private mutating func begin(_ report: Double) {
        hasBegun = true
        outlierCount = 0
        offset = report
        // Drift stays: the devices are the same.
        (offsetVariance, covariance, driftVariance) = (Self.reportVariance, 0, Self.driftVarianceFirst)
    }

    /// Reports jitter by a device's period of 5 ms: a standard deviation of 1.5 ms.
    private static let reportVariance = 72.0 * 72
    /// Before anything is known: a standard deviation of 150 ppm.
    private static let driftVarianceFirst = 1.5e-4 * 1.5e-4
    /// Quartz warms up: 0.02 ppm in a second, as a random walk.
    private static let driftWander = 2e-8 * 2e-8 / 48_000
    /// Twice what any device may have.
    static let driftMax = 6e-4
    /// 20 ms: more than reports jitter, and less than a buffer that was lost.
    static let jumpMin = 960.0
    /// Reports in a row that must agree that something jumped.
    static let outliersMax = 20
}
