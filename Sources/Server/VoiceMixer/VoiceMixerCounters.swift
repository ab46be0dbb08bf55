import Synchronization

/// What the mixer counts. Gauges say how it is now, all others only grow.
public enum VoiceMixerCounter: Int, CaseIterable, Sendable {
    /// Gauge: rooms that have mixed listeners.
    case rooms
    /// Gauge: rooms in which somebody is heard just now.
    case roomsActive
    /// Gauge: steps of ``MixGovernor`` in force, summed over the threads; 0 when nothing is taken away.
    case overloadSteps
    /// Gauge: jitter buffers and decoders that exist.
    case seats
    /// Frames of talkers that are heard in a mix.
    case framesTaken
    /// Frames of talkers who are not among the loudest: not decoded.
    case framesNotChosen
    /// Frames for which no seat was left: not decoded.
    case framesWithoutSeat
    /// Frames of rooms that are not mixed, or no longer.
    case framesWithoutRoom
    /// Frames of mixes that were encoded.
    case framesEncoded
    /// Frames that say silence, for which nothing was encoded.
    case silentFrames
    /// Frames handed to the relay, one for each listener.
    case framesDelivered
    /// Frames that the relay did not take because its ring was full, one for each listener.
    case framesRefused
    /// Frames that the tap lost because the mixer was too far behind.
    case tapFull
    /// 20 ms of one room.
    case ticks
    /// Ticks that nobody would have been in time to hear, and that were left out.
    case ticksSkipped
    /// Times that the governor took away complexity.
    case complexityLowered
    /// Times that the governor took away speakers.
    case speakersLowered
    /// Times that the governor gave a step back.
    case stepsRecovered
    /// Listeners whose volumes were left out because the room had too many different mixes.
    case volumesIgnored
    /// Samples of mixes that the limiter made softer.
    case samplesLimited
    /// Processor time of the mixer's threads, in microseconds.
    case busyMicroseconds

    /// How it is now, instead of how often it happened.
    public var isGauge: Bool {
        switch self {
        case .rooms, .roomsActive, .overloadSteps, .seats: true
        default: false
        }
    }
}

/// A reading of all counters of the mixer.
public struct VoiceMixerCounters: Sendable, Equatable {
    private var values = [UInt64](repeating: 0, count: VoiceMixerCounter.allCases.count)

    public init() {}

    public subscript(_ counter: VoiceMixerCounter) -> UInt64 {
        get { values[counter.rawValue] }
        set { values[counter.rawValue] = newValue }
    }
}

/// The counters of one mixer thread: it alone writes, anyone reads, nobody waits.
@safe final class MixerCounters: @unchecked Sendable {
    // Unchecked: the memory is shared on purpose, and every cell is atomic.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        unsafe cells = .allocate(capacity: VoiceMixerCounter.allCases.count)
        for index in VoiceMixerCounter.allCases.indices { unsafe (cells + index).initialize(to: Atomic(0)) }
    }

    deinit { unsafe cells.deinitialize(count: VoiceMixerCounter.allCases.count).deallocate() }

    /// The owning thread only: a load and a store, no locked instruction.
    func add(_ counter: VoiceMixerCounter, _ amount: UInt64 = 1) {
        let cell = unsafe cells + counter.rawValue
        unsafe cell.pointee.store(cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// The owning thread only: one less of a gauge.
    func subtract(_ counter: VoiceMixerCounter) { add(counter, .max) }

    /// The owning thread only: a gauge, or a total that somebody else keeps.
    func set(_ counter: VoiceMixerCounter, to value: UInt64) {
        unsafe (cells + counter.rawValue).pointee.store(value, ordering: .relaxed)
    }

    subscript(_ counter: VoiceMixerCounter) -> UInt64 {
        unsafe (cells + counter.rawValue).pointee.load(ordering: .relaxed)
    }
}
