import Glibc
import LockFree
import Synchronization

/// Takes periods out of the ring for any sink: the filler is asked for each; what it has not given in time becomes silence and
/// is counted. Used on the device's thread; does not allocate, and blocks no longer than it is told.
struct PlaybackFeed {
    let ring: SampleRing
    let signal: EventSignal
    let counters: AudioCounters
    let request: PlaybackRequest
    let channelCount: Int
    private var hasBegun = false

    init(
        ring: SampleRing, signal: EventSignal, counters: AudioCounters, request: PlaybackRequest, channelCount: Int = 1
    ) {
        self.channelCount = channelCount
        self.ring = ring
        self.signal = signal
        self.counters = counters
        self.request = request
    }

    /// Fills `period` completely; false if with silence, after sound had begun.
    mutating func fill(_ period: UnsafeMutableBufferPointer<Int16>, patienceNanoseconds: Int) -> Bool {
        waitForFiller(period.count, patienceNanoseconds)
        let taken = unsafe ring.read(into: period)
        if taken < period.count {
            unsafe UnsafeMutableBufferPointer(rebasing: period[taken...]).update(repeating: 0)
        }
        hasBegun = hasBegun || taken > 0
        let isShort = hasBegun && taken < period.count
        if isShort {
            counters.underruns.wrappingAdd(1, ordering: .relaxed)
            counters.silenceSamples.wrappingAdd((period.count - taken) / channelCount, ordering: .relaxed)
        }
        counters.samples.wrappingAdd(period.count / channelCount, ordering: .relaxed)
        return !isShort
    }

    private func waitForFiller(_ sampleCount: Int, _ patienceNanoseconds: Int) {
        request.wantedSampleCount = sampleCount / channelCount
        signal.signal()
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let deadline = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec + max(0, patienceNanoseconds))
        // An answer may be one that came too late for the period before.
        while ring.readableCount < sampleCount, request.wait(untilNanoseconds: deadline) {}
        request.wantedSampleCount = 0
    }
}

/// Puts captured periods into the ring for any source. Used on the device's thread; does not allocate or block.
struct CaptureFeed {
    let ring: SampleRing
    let signal: EventSignal
    let counters: AudioCounters
    var channelCount = 1

    /// Writes what fits and counts the rest as dropped: old sound in the ring is on its way, new sound has no place.
    func deliver(_ samples: UnsafeBufferPointer<Int16>) {
        let written = unsafe ring.write(samples)
        counters.samples.wrappingAdd(samples.count / channelCount, ordering: .relaxed)
        if written < samples.count {
            counters.droppedSamples.wrappingAdd((samples.count - written) / channelCount, ordering: .relaxed)
        }
        signal.signal()
    }
}
