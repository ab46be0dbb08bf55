import LockFree
public import VoiceWire

/// How a relay is doing, for who runs the server.
public struct VoiceRelayFigures: Sendable {
    /// One relay thread.
    public struct Thread: Sendable, Equatable {
        /// False when it has ended.
        public var isRunning = true
        /// Commands of rooms, and datagrams of other threads, that it has not taken up.
        public var commandsWaiting = 0
        public var datagramsWaiting = 0
    }

    public var counters: VoiceRelayCounters
    public var threads: [Thread]
    /// All threads together.
    public var forwardLatency: RelayHistogramReading
    public var batchSize: RelayHistogramReading
    /// Of each thread's two rings.
    public var ringCapacity: Int
}

/// Datagrams and their bytes, without what IP and UDP put around them.
public struct VoiceTraffic: Sendable, Equatable {
    public var datagramCount: UInt64
    public var byteCount: UInt64

    public init(datagramCount: UInt64 = 0, byteCount: UInt64 = 0) {
        self.datagramCount = datagramCount
        self.byteCount = byteCount
    }

    public static func + (first: VoiceTraffic, second: VoiceTraffic) -> VoiceTraffic {
        VoiceTraffic(
            datagramCount: first.datagramCount &+ second.datagramCount, byteCount: first.byteCount &+ second.byteCount)
    }

    /// What came after `earlier`, a reading of the same counts.
    public static func - (later: VoiceTraffic, earlier: VoiceTraffic) -> VoiceTraffic {
        VoiceTraffic(
            datagramCount: later.datagramCount &- earlier.datagramCount, byteCount: later.byteCount &- earlier.byteCount
        )
    }
}

extension VoiceRelay {
    /// Reads atomics, and asks the kernel for its drops; costs the relay nothing. Any thread.
    public func figures() -> VoiceRelayFigures {
        var figures = VoiceRelayFigures(
            counters: counters(), threads: [], forwardLatency: RelayHistogramReading(.forwardLatency),
            batchSize: RelayHistogramReading(.batchSize), ringCapacity: RelayInbox.capacity)
        for thread in threads {
            figures.forwardLatency += thread.counters.reading(of: .forwardLatency)
            figures.batchSize += thread.counters.reading(of: .batchSize)
            figures.threads.append(
                VoiceRelayFigures.Thread(
                    isRunning: !thread.inbox.isClosed, commandsWaiting: thread.inbox.commands.depth,
                    datagramsWaiting: thread.inbox.datagrams.depth))
        }
        return figures
    }

    /// Bytes of authentic datagrams taken under a voice id since the start, of all sessions that had it. Any thread.
    public func receivedBytes(of voice: VoiceID) -> UInt64 { board.writer.receivedBytes(of: voice) }

    /// What was sent to the sessions of a room's wire id since the start, of all rooms that had it. The relay's own words
    /// (welcomes, answers to pings, goodbyes) are in it, and what the kernel did not take. Any thread.
    public func sent(to room: VoiceRoomID) -> VoiceTraffic { board.writer.sent(to: room) }
}
