import Synchronization
import VoiceWire

/// What relay threads count. Every datagram that is not forwarded is counted once, by cause.
public enum RelayCounter: Int, CaseIterable, Sendable {
    // Traffic.
    case datagramsReceived, bytesReceived, framesAccepted, framesForwarded, welcomesSent, pongsSent, goodbyesSent
    case datagramsSent, bytesSent, bundlesSent, addressMoves, challengesSent, handedOver
    /// Readings of the socket that found anything.
    case batchesReceived
    // Refused by its header; the order is VoiceHeader.Rejection's.
    case tooShort, tooLong, unknownVersion, unknownType, payloadLengthWrong, opusLengthWrong, checksumWrong
    // Refused by the session's state.
    case unknownSession, wrongDirection, wrongRoom, sealingWrong, replayed, forged, notEstablished, tokenWrong
    case tokenExpired
    case addressWrong, bodyMalformed
    // Dropped by a rule or a limit.
    case muted, frameTooLong, overDatagramRate, overByteRate, overRoomByteRate, handoverFull, sendBufferFull,
        sendFailed,
        kernelReceiveDropped
    /// Not among the loudest of its room; given up because the thread was behind.
    case notLoudest, shed
    /// Times that the thread read its socket while it was behind.
    case overloadedReadings
    case commandRingFull
    /// Frames that went out alone because no window was free.
    case windowsExhausted
    /// Frames sent to those who hear the room's mix; mixes, and copies of frames for mixer and recorder, that found a ring full.
    case mixesForwarded, mixRingFull, mixerTapFull, recorderTapFull
}

extension RelayCounter {
    init(_ rejection: VoiceHeader.Rejection) {
        self =
            switch rejection {
            case .tooShort: .tooShort
            case .tooLong: .tooLong
            case .unknownVersion: .unknownVersion
            case .unknownType: .unknownType
            case .payloadLengthWrong: .payloadLengthWrong
            case .opusLengthWrong: .opusLengthWrong
            case .checksumWrong: .checksumWrong
            }
    }
}

/// A reading of all counters.
public struct VoiceRelayCounters: Sendable, Equatable {
    private var values: [UInt64]

    init() { values = Array(repeating: 0, count: RelayCounter.allCases.count) }

    public subscript(_ counter: RelayCounter) -> UInt64 {
        get { values[counter.rawValue] }
        set { values[counter.rawValue] = newValue }
    }
}

/// The counters of one relay thread: it alone writes, anyone reads, nobody waits. A handle to raw memory.
@safe package struct CounterBlock: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: the memory is shared on purpose, and every cell is atomic.
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    package static func allocate() -> CounterBlock { unsafe CounterBlock(cells: allocateCells()) }

    /// Numbers of the source, not of the counting of cases: nothing is looked up while a packet waits.
    private static var counterCount: Int { RelayCounter.recorderTapFull.rawValue + 1 }
    /// Counters, and behind them the histograms.
    private static var cellCount: Int { counterCount + RelayHistogram.cellCount }

    private static func allocateCells() -> UnsafeMutablePointer<Atomic<UInt64>> {
        let cells = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: cellCount)
        for index in 0..<cellCount { unsafe (cells + index).initialize(to: Atomic(0)) }
        return unsafe cells
    }

    package func deallocate() {
        unsafe cells.deinitialize(count: Self.cellCount).deallocate()
    }

    /// The owning thread only: two loads and two stores.
    @inline(__always)
    func record(_ value: UInt64, in histogram: RelayHistogram) {
        let first = unsafe cells + Self.counterCount + histogram.firstCell
        let bucket = unsafe first + histogram.bucket(of: value)
        unsafe bucket.pointee.store(bucket.pointee.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        let sum = unsafe first + histogram.bucketCount
        unsafe sum.pointee.store(sum.pointee.load(ordering: .relaxed) &+ value, ordering: .relaxed)
    }

    /// Any thread.
    func reading(of histogram: RelayHistogram) -> RelayHistogramReading {
        let first = unsafe cells + Self.counterCount + histogram.firstCell
        return RelayHistogramReading(
            histogram,
            counts: (0..<histogram.bucketCount).map { unsafe (first + $0).pointee.load(ordering: .relaxed) },
            sum: unsafe (first + histogram.bucketCount).pointee.load(ordering: .relaxed))
    }

    /// The owning thread only: a load and a store, no locked instruction.
    @inline(__always)
    func add(_ counter: RelayCounter, _ amount: UInt64 = 1) {
        let cell = unsafe cells + counter.rawValue
        unsafe cell.pointee.store(cell.pointee.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    /// Any thread, for events that no relay thread sees.
    func addShared(_ counter: RelayCounter) {
        unsafe (cells + counter.rawValue).pointee.wrappingAdd(1, ordering: .relaxed)
    }

    /// The owning thread only: a total that somebody else keeps.
    func set(_ counter: RelayCounter, to value: UInt64) {
        unsafe (cells + counter.rawValue).pointee.store(value, ordering: .relaxed)
    }

    package subscript(_ counter: RelayCounter) -> UInt64 {
        unsafe (cells + counter.rawValue).pointee.load(ordering: .relaxed)
    }
}
