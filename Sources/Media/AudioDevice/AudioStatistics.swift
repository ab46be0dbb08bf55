import Synchronization

/// What a device did since it started. Counts only grow.
public struct AudioStatistics: Hashable, Sendable {
    /// Samples captured or played, at 48 kHz.
    public var sampleCount = 0
    /// Times that the device's own buffer ran over (capture) or empty (playback), or that the machine slept.
    public var xrunCount = 0
    /// Times that the device was set going again after that.
    public var recoveryCount = 0
    /// Captured samples thrown away because nobody took them from the ring in time.
    public var droppedSampleCount = 0
    /// Periods in which the ring did not hold enough to play. Counted from the first sample on.
    public var underrunCount = 0
    /// Samples of silence played in those periods.
    public var silenceSampleCount = 0
    /// Latest delay in samples at 48 kHz between the device's converter and the ring, as the driver reports it.
    public var delaySampleCount = 0
    /// Playback: samples that the device's buffer is kept filled with; see ``leadGrowthCount``. 0 in capture, and for files.
    public var leadSampleCount = 0
    /// Times that ``leadSampleCount`` grew by a period because sound came to the device late, or hardly in time.
    public var leadGrowthCount = 0

    public init() {}
}

/// The live counters behind ``AudioStatistics``: the device's thread adds, any thread reads.
final class AudioCounters: Sendable {
    let samples = Atomic<Int>(0)
    let xruns = Atomic<Int>(0)
    let recoveries = Atomic<Int>(0)
    let droppedSamples = Atomic<Int>(0)
    let underruns = Atomic<Int>(0)
    let silenceSamples = Atomic<Int>(0)
    let delaySamples = Atomic<Int>(0)
    let leadSamples = Atomic<Int>(0)
    let leadGrowths = Atomic<Int>(0)

    var snapshot: AudioStatistics {
        var statistics = AudioStatistics()
        statistics.sampleCount = samples.load(ordering: .relaxed)
        statistics.xrunCount = xruns.load(ordering: .relaxed)
        statistics.recoveryCount = recoveries.load(ordering: .relaxed)
        statistics.droppedSampleCount = droppedSamples.load(ordering: .relaxed)
        statistics.underrunCount = underruns.load(ordering: .relaxed)
        statistics.silenceSampleCount = silenceSamples.load(ordering: .relaxed)
        statistics.delaySampleCount = delaySamples.load(ordering: .relaxed)
        statistics.leadSampleCount = leadSamples.load(ordering: .relaxed)
        statistics.leadGrowthCount = leadGrowths.load(ordering: .relaxed)
        return statistics
    }
}
