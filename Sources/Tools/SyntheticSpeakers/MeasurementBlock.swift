import Glibc

/// What an engine's thread counts in one window, in one piece of zeroed memory that another thread made and will read.
///
/// A handle: trivially copyable, no reference counts. Rooms that nobody spoke in cost address space only.
struct MeasurementBlock: BitwiseCopyable, @unchecked Sendable {
    // Unchecked: handed from one thread to another through a ring; only one of them holds it.
    private let memory: UnsafeMutableRawPointer
    let roomsMax: Int

    /// Of the whole engine.
    enum Series: Int, CaseIterable { case latency, latencyFromDue, sendLateness, jitter, roundTrip }

    /// Of one room, before its histogram.
    struct RoomCounts: BitwiseCopyable {
        var framesSent: UInt64 = 0
        var expected: UInt64 = 0
        var deliveries: UInt64 = 0
    }

    /// When, and what the thread took.
    struct Span: BitwiseCopyable {
        var startedAt: UInt64 = 0
        var endedAt: UInt64 = 0
        var threadAtStart: UInt64 = 0
        var threadAtEnd: UInt64 = 0
        var idleNanoseconds: UInt64 = 0
    }

    private static let countBytes = SpeakerCount.allCases.count * MemoryLayout<UInt64>.stride
    private static let spanBytes = MemoryLayout<Span>.stride
    private static let seriesOffset = countBytes + spanBytes
    private static let roomsOffset = seriesOffset + Series.allCases.count * HistogramMemory.byteCount
    private static let roomBytes = MemoryLayout<RoomCounts>.stride + HistogramMemory.byteCount

    static func allocate(roomsMax: Int) -> MeasurementBlock {
        guard let memory = calloc(1, roomsOffset + roomsMax * roomBytes) else {
            fatalError("out of memory for a measurement of \(roomsMax) rooms")
        }
        return MeasurementBlock(memory: memory, roomsMax: roomsMax)
    }

    func deallocate() { free(memory) }

    // MARK: Writing

    @inline(__always)
    func add(_ count: SpeakerCount, _ value: UInt64 = 1) {
        let counts = memory.assumingMemoryBound(to: UInt64.self)
        counts[count.rawValue] &+= value
    }

    var span: UnsafeMutablePointer<Span> { (memory + Self.countBytes).assumingMemoryBound(to: Span.self) }

    @inline(__always)
    func histogram(_ series: Series) -> HistogramMemory {
        HistogramMemory(at: memory + Self.seriesOffset + series.rawValue * HistogramMemory.byteCount)
    }

    @inline(__always)
    func room(_ index: Int) -> UnsafeMutablePointer<RoomCounts> {
        (memory + Self.roomsOffset + index * Self.roomBytes).assumingMemoryBound(to: RoomCounts.self)
    }

    @inline(__always)
    func roomLatency(_ index: Int) -> HistogramMemory {
        HistogramMemory(
            at: memory + Self.roomsOffset + index * Self.roomBytes + MemoryLayout<RoomCounts>.stride)
    }

    // MARK: Reading

    /// - Parameter rooms: number and users of each room, by index.
    func measurement(rooms: [(number: UInt16, userCount: Int)]) -> SpeakerMeasurement {
        var result = SpeakerMeasurement()
        let counts = memory.assumingMemoryBound(to: UInt64.self)
        for count in SpeakerCount.allCases { result.counts[count] = counts[count.rawValue] }
        let span = span.pointee
        result.seconds = Double(span.endedAt &- span.startedAt) / 1e9
        result.threadSeconds = Double(span.threadAtEnd &- span.threadAtStart) / 1e9
        result.busySeconds = max(0, result.seconds - Double(span.idleNanoseconds) / 1e9)
        result.latency = LatencyHistogram(histogram(.latency))
        result.latencyFromDue = LatencyHistogram(histogram(.latencyFromDue))
        result.sendLateness = LatencyHistogram(histogram(.sendLateness))
        result.jitter = LatencyHistogram(histogram(.jitter))
        result.roundTrip = LatencyHistogram(histogram(.roundTrip))
        result.rooms = rooms.enumerated().map { index, room in
            let counts = self.room(index).pointee
            return RoomMeasurement(
                room: room.number, userCount: room.userCount, framesSent: counts.framesSent,
                deliveriesExpected: counts.expected, deliveries: counts.deliveries,
                latency: counts.deliveries > 0 ? LatencyHistogram(roomLatency(index)) : LatencyHistogram())
        }
        return result
    }
}
