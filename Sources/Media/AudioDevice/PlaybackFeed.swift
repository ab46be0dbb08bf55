import LockFree
import Synchronization

/// Takes periods out of the ring for any sink: what is missing becomes silence and is counted, and the filler is told.
/// Used on the device's thread; does not allocate or block.
struct PlaybackFeed {
    let ring: SampleRing
    let signal: EventSignal
    let counters: AudioCounters
    private var hasBegun = false

    init(ring: SampleRing, signal: EventSignal, counters: AudioCounters) {
        self.ring = ring
        self.signal = signal
        self.counters = counters
    }

    /// Fills `period` completely.
    mutating func fill(_ period: UnsafeMutableBufferPointer<Int16>) {
        let taken = unsafe ring.read(into: period)
        if taken < period.count {
            unsafe UnsafeMutableBufferPointer(rebasing: period[taken...]).update(repeating: 0)
        }
        hasBegun = hasBegun || taken > 0
        if hasBegun, taken < period.count {
            counters.underruns.wrappingAdd(1, ordering: .relaxed)
            counters.silenceSamples.wrappingAdd(period.count - taken, ordering: .relaxed)
        }
        counters.samples.wrappingAdd(period.count, ordering: .relaxed)
        signal.signal()
    }
}

/// Puts captured periods into the ring for any source. Used on the device's thread; does not allocate or block.
struct CaptureFeed {
    let ring: SampleRing
    let signal: EventSignal
    let counters: AudioCounters

    /// Writes what fits and counts the rest as dropped: old sound in the ring is on its way, new sound has no place.
    func deliver(_ samples: UnsafeBufferPointer<Int16>) {
        let written = unsafe ring.write(samples)
        counters.samples.wrappingAdd(samples.count, ordering: .relaxed)
        if written < samples.count {
            counters.droppedSamples.wrappingAdd(samples.count - written, ordering: .relaxed)
        }
        signal.signal()
    }
}
