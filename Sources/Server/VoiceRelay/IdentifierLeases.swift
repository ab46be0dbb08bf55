import VoiceWire

/// Which 16-bit ids are in use. Each relay thread has those whose remainder by the thread count is its own.
///
/// Released ids go to the end of the queue: an id is not leased again before all others of its thread
/// were, so that stragglers of a finished session meet nobody.
struct IdentifierLeases {
    struct SessionLease {
        let voice: VoiceID
        /// Tells this lease of the id from the one before it.
        let generation: UInt8
    }

    private let threadCount: Int
    private let sessionsMax: Int
    private var sessionCount = 0
    private var sessions: [Pool]
    private var rooms: [Pool]
    private var generations: [UInt8]
    /// Leased ids; a second release of the same lease is harmless.
    private var isLeased: [Bool]
    private var isRoomLeased: [Bool]

    init(threadCount: Int, sessionsMax: Int) {
        self.threadCount = threadCount
        self.sessionsMax = sessionsMax
        sessions = (0..<threadCount).map { Pool(first: $0, step: threadCount) }
        rooms = sessions
        generations = Array(repeating: 0, count: 1 << 16)
        isLeased = Array(repeating: false, count: 1 << 16)
        isRoomLeased = isLeased
    }

    /// Nil when every id is in use.
    mutating func leaseRoom() -> VoiceRoomID? {
        for thread in rooms.indices.sorted(by: { rooms[$0].inUseCount < rooms[$1].inUseCount }) {
            guard let id = rooms[thread].lease() else { continue }
            isRoomLeased[Int(id)] = true
            return VoiceRoomID(rawValue: id)
        }
        return nil
    }

    mutating func release(room: VoiceRoomID) {
        guard isRoomLeased[Int(room.rawValue)] else { return }
        isRoomLeased[Int(room.rawValue)] = false
        rooms[Int(room.rawValue) % threadCount].release(room.rawValue)
    }

    /// An id of the thread that owns the room; nil at the limit.
    mutating func leaseSession(in room: VoiceRoomID) -> SessionLease? {
        guard sessionCount < sessionsMax, let id = sessions[Int(room.rawValue) % threadCount].lease() else {
            return nil
        }
        sessionCount += 1
        isLeased[Int(id)] = true
        generations[Int(id)] &+= 1
        return SessionLease(voice: VoiceID(rawValue: id), generation: generations[Int(id)])
    }

    mutating func release(voice: VoiceID) {
        guard isLeased[Int(voice.rawValue)] else { return }
        isLeased[Int(voice.rawValue)] = false
        sessionCount -= 1
        sessions[Int(voice.rawValue) % threadCount].release(voice.rawValue)
    }

    /// A queue of free ids that grows only as far as ids have been used.
    private struct Pool {
        private let step: Int
        private var nextFresh: Int
        private var released: [UInt16] = []
        private var releasedHead = 0
        private(set) var inUseCount = 0

        init(first: Int, step: Int) {
            self.step = step
            nextFresh = first == 0 ? step : first  // Zero is never leased.
        }

        mutating func lease() -> UInt16? {
            if nextFresh <= Int(UInt16.max) {
                defer { nextFresh += step }
                inUseCount += 1
                return UInt16(nextFresh)
            }
            guard releasedHead < released.count else { return nil }
            defer { compact() }
            inUseCount += 1
            releasedHead += 1
            return released[releasedHead - 1]
        }

        mutating func release(_ id: UInt16) {
            inUseCount -= 1
            released.append(id)
        }

        private mutating func compact() {
            guard releasedHead > 1_024, releasedHead * 2 > released.count else { return }
            released.removeFirst(releasedHead)
            releasedHead = 0
        }
    }
}
