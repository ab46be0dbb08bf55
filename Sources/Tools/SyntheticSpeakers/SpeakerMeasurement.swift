/// What an engine counted between two cuts: of frames sent in that time, wherever in it or shortly after they arrived.
public struct SpeakerMeasurement: Sendable {
    /// From the first cut to the second.
    public var seconds = 0.0
    public var counts = SpeakerCounts()
    /// From just before the talker's system call to the kernel's receipt at the listener's socket.
    public var latency = LatencyHistogram()
    /// The same from the instant at which the frame *was to be* sent: a generator that is late shows here.
    public var latencyFromDue = LatencyHistogram()
    /// How long after its time each frame left.
    public var sendLateness = LatencyHistogram()
    /// RFC 3550 §6.4.1's interarrival jitter, one value for each frame received: its stream's as of that frame.
    public var jitter = LatencyHistogram()
    /// From pings to their pongs.
    public var roundTrip = LatencyHistogram()
    public var rooms: [RoomMeasurement] = []
    /// Processor time of the engine's thread (CLOCK_THREAD_CPUTIME_ID).
    public var threadSeconds = 0.0
    /// Of ``seconds``, how long the thread had something to do: what is left is what it could have taken more.
    public var busySeconds = 0.0

    public init() {}

    /// Joins what two engines measured at the same time, or one in two windows.
    public mutating func add(_ other: SpeakerMeasurement) {
        seconds = max(seconds, other.seconds)
        counts.add(other.counts)
        latency.add(other.latency)
        latencyFromDue.add(other.latencyFromDue)
        sendLateness.add(other.sendLateness)
        jitter.add(other.jitter)
        roundTrip.add(other.roundTrip)
        rooms += other.rooms
        threadSeconds += other.threadSeconds
        busySeconds += other.busySeconds
    }
}

/// One room of a measurement.
public struct RoomMeasurement: Sendable {
    /// The room's number on the wire.
    public var room: UInt16
    /// Users in it at the second cut.
    public var userCount: Int
    public var framesSent: UInt64
    public var deliveriesExpected: UInt64
    public var deliveries: UInt64
    /// As ``SpeakerMeasurement/latency``.
    public var latency: LatencyHistogram

    public var deliveriesLost: UInt64 { deliveriesExpected - min(deliveries, deliveriesExpected) }
}

/// What an engine counts, and under which cause what was wrong.
public enum SpeakerCount: Int, CaseIterable, Sendable {
    // What was sent.
    case framesSent, bytesSent, helloesSent, pingsSent
    /// The kernel did not take a datagram: the socket's buffer was full, or the relay's port is closed.
    case sendsFailed
    /// Frames that left more than the configured lateness after their time.
    case deadlinesMissed
    /// Frames that were not sent at all because the thread had stood still for longer than half a second.
    case framesSkipped

    // What came.
    case datagramsReceived, bytesReceived, pongsReceived
    /// Datagrams with several frames in them.
    case bundlesReceived
    /// Deliveries that sent frames should have caused: one for each user who was welcomed and in the room.
    case deliveriesExpected
    /// Of those, the ones that came, once, unchanged, to where they belong.
    case deliveries
    /// Sound frames that came to users who were not expected to get them: not welcomed yet, or leaving.
    case deliveriesBeside
    /// Came after a later frame of the same talker; they are in ``deliveries``.
    case reordered
    /// Came when one or more frames before them had not: how often frames were lost together, or overtaken.
    case lossBursts
    /// Sound frames that came after their window had been given away.
    case stragglers
    /// Datagrams that the kernel threw away because this process read its sockets too slowly (SO_RXQ_OVFL).
    case socketDrops

    // What must not come. None of these is in ``deliveries``.
    case duplicates
    /// So late that it cannot be told whether they came before, or what they should have been.
    case tooOld
    /// Their bytes are not those that were sent.
    case altered
    /// Right bytes, but timestamp or flags are not those that were sent.
    case alteredHeader
    /// A sequence number that the talker has not sent.
    case neverSent
    /// Of somebody in another room, or with another room in the header.
    case wrongRoom
    /// Of somebody whom this engine does not know.
    case unknownTalker
    /// A user's own frame, sent back.
    case ownFrame
    /// Cannot be opened with this user's key: forged, altered, or sealed for somebody else.
    case wrongKey
    /// Opens, but came before.
    case replayed
    /// No datagram of this protocol, or one that does not belong here.
    case malformed

    /// Causes of which there must be none, whatever the network does, when no user is removed meanwhile.
    public static let faults: [SpeakerCount] = [
        .duplicates, .tooOld, .altered, .alteredHeader, .neverSent, .wrongRoom, .unknownTalker, .ownFrame, .wrongKey,
        .replayed, .malformed,
    ]
}

/// A value for each ``SpeakerCount``.
public struct SpeakerCounts: Equatable, Sendable {
    private var values = [UInt64](repeating: 0, count: SpeakerCount.allCases.count)

    public init() {}

    public subscript(_ count: SpeakerCount) -> UInt64 {
        get { values[count.rawValue] }
        set { values[count.rawValue] = newValue }
    }

    public mutating func add(_ other: SpeakerCounts) {
        for index in values.indices { values[index] += other.values[index] }
    }

    /// Deliveries that were expected and did not come.
    public var lost: UInt64 { self[.deliveriesExpected] - min(self[.deliveries], self[.deliveriesExpected]) }

    /// All that must not be.
    public var faults: UInt64 { SpeakerCount.faults.reduce(0) { $0 + self[$1] } }
}
