import Glibc
import Identifiers
import LockFree
import Synchronization
import VoiceRelay
public import VoiceWire

/// Why a recording did not begin.
public enum RecordingRefusal: Error, Equatable, Sendable {
    /// Recording is switched off.
    case off
    /// As many rooms as may be are recorded; ``RecordingsConfiguration/recordingsMax``.
    case tooMany
    /// ``RecordingsConfiguration/bytesMax``
    case storageFull
    /// ``RecordingsConfiguration/keptMax``
    case tooManyKept
    /// The thread does not come after: the disk is stuck.
    case busy
    case stopping
}

/// Writes what rooms record, on a thread of its own: the only consumer of the recorder's ``FrameTap``.
///
/// Any thread may give orders; each takes a lock for an append and never waits for the disk. Relay threads meet the tap alone.
/// An order's time is taken under the same lock under which the thread takes orders up: what it has written by then came
/// before.
public final class Recorder: Sendable {
    private struct Mailbox {
        var orders: [RecorderOrder] = []
        var running: Set<RecordingID> = []
        var lastID: UInt64 = 0
        /// What the archive added and deleted since the thread looked last.
        var storedChange: Int64 = 0
        var storedBytes: UInt64 = 0
        /// Recordings that have ended and are kept.
        var storedCount = 0
        var isStopping = false
    }

    public let configuration: RecordingsConfiguration
    public let counters: RecordingCounters
    /// Recordings that have ended, in that order. For one consumer; as many wait as recordings may run.
    public let endings: AsyncStream<RecordingEnding>
    private let endingsSource: AsyncStream<RecordingEnding>.Continuation
    private let directory: String
    private let tap: FrameTap
    private let mailbox: Mutex<Mailbox>
    private let thread = Mutex<DedicatedThread?>(nil)

    /// - Parameters:
    ///   - storedBytes: what the recordings in the directory take already.
    ///   - storedCount: how many they are.
    init(
        directory: String, tap: FrameTap, configuration: RecordingsConfiguration, counters: RecordingCounters,
        storedBytes: UInt64, storedCount: Int, lastID: RecordingID?
    ) {
        self.directory = directory
        self.tap = tap
        self.configuration = configuration
        self.counters = counters
        mailbox = Mutex(
            Mailbox(lastID: lastID?.rawValue ?? 0, storedBytes: storedBytes, storedCount: storedCount))
        (endings, endingsSource) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    public func start() throws(DedicatedThread.CreationError) {
        let started = try DedicatedThread(name: "recorder") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Closes what runs and ends the thread; ``endings`` finish.
    public func stop() async {
        mailbox.withLock { $0.isStopping = true }
        tap.wake()
        let ending = thread.withLock { $0.take() }
        await ending?.ended()
        endingsSource.finish()
    }

    /// Recordings that run.
    public var running: Set<RecordingID> { mailbox.withLock { $0.running } }

    /// Bytes of all recordings, as of the last second.
    public var storedBytes: UInt64 { mailbox.withLock { $0.storedBytes } }

    /// Begins a recording. That its files can be made turns out later: ``endings`` tells if not.
    public func begin(_ start: RecordingStart) throws(RecordingRefusal) -> RecordingID {
        let outcome: Result<RecordingID, RecordingRefusal> = mailbox.withLock { box in
            guard configuration.recordingsMax > 0 else { return .failure(.off) }
            guard !box.isStopping else { return .failure(.stopping) }
            guard box.running.count < configuration.recordingsMax else { return .failure(.tooMany) }
            guard box.storedBytes < configuration.bytesMax else { return .failure(.storageFull) }
            guard box.storedCount + box.running.count < configuration.keptMax else { return .failure(.tooManyKept) }
            guard box.orders.count < RecordingsConfiguration.ordersMax else { return .failure(.busy) }
            box.lastID = max(box.lastID + 1, UInt64(clamping: start.at))
            let id = RecordingID(rawValue: box.lastID)
            box.running.insert(id)
            box.orders.append(.start(id, start, at: RecorderClock.now))
            return .success(id)
        }
        if case .failure(let refusal) = outcome { count(refusal) }
        tap.wake()
        return try outcome.get()
    }

    /// From now on the session's frames are written. After the routes that say so were published.
    /// - Returns: false when the thread does not come after: nothing is written.
    public func admit(_ speaker: RecordingConsent.Speaker, in id: RecordingID) -> Bool {
        let isTaken = mailbox.withLock { box in
            guard box.orders.count < RecordingsConfiguration.ordersMax else { return false }
            box.orders.append(.admit(id, speaker, from: RecorderClock.now))
            return true
        }
        if !isTaken { counters.add(.ordersFull) }
        return isTaken
    }

    /// From now on none of them is written. Before the routes that say so are published; cannot fail.
    public func withdraw(_ voice: VoiceID, in id: RecordingID) {
        mailbox.withLock { $0.orders.append(.withdraw(id, voice, until: RecorderClock.now)) }
    }

    public func note(_ event: ConsentEvent, in id: RecordingID) {
        mailbox.withLock { $0.orders.append(.note(id, event)) }
    }

    /// Ends a recording; ``endings`` tells when it is closed.
    public func end(_ id: RecordingID, _ end: RecordingEnd) {
        mailbox.withLock { $0.orders.append(.stop(id, end, at: RecorderClock.now)) }
        tap.wake()
    }

    /// Takes a person out of the recordings that run.
    func forget(_ user: UserID) {
        mailbox.withLock { box in
            for id in box.running { box.orders.append(.forget(id, user)) }
        }
        tap.wake()
    }

    /// The archive has written or deleted something.
    /// - Parameter deletedCount: recordings that went.
    func noteStored(change: Int64, deletedCount: Int = 0) {
        mailbox.withLock { box in
            box.storedChange += change
            box.storedCount -= deletedCount
            box.storedBytes = box.storedBytes.changed(by: change)
        }
    }

    /// Whether so many bytes more may be stored.
    func hasRoom(for byteCount: UInt64) -> Bool {
        guard storedBytes &+ byteCount < configuration.bytesMax else { return false }
        return RecordingFolder.freeByteCount(of: directory).map { $0 >= configuration.freeBytesMin } ?? true
    }

    private func count(_ refusal: RecordingRefusal) {
        switch refusal {
        case .tooMany: counters.add(.recordingLimitHit)
        case .storageFull: counters.add(.bytesLimitHit)
        case .tooManyKept: counters.add(.keptLimitHit)
        case .busy: counters.add(.ordersFull)
        case .off, .stopping: break
        }
    }

    private func run() {
        let core = RecorderCore(
            directory: directory, configuration: configuration, counters: counters, storedByteCount: storedBytes)
        var isStopping = false
        while !isStopping {
            let (orders, storedChange, now, stops) = mailbox.withLock { box in
                defer { (box.orders, box.storedChange) = ([], 0) }
                return (box.orders, box.storedChange, RecorderClock.now, box.isStopping)
            }
            isStopping = stops
            core.noteStored(change: storedChange)
            for order in orders { core.announce(order) }
            let wall = RecorderClock.wallMilliseconds
            // Each order in its place among the frames: what came just after a yes is not lost.
            var waiting = orders[...]
            while tap.pop({ frame in
                while let next = waiting.first, next.instant <= frame.arrivalNanoseconds {
                    core.carryOut(waiting.removeFirst(), wall: wall)
                }
                core.take(RecordedFrame(frame))
            }) {}
            for order in waiting { core.carryOut(order, wall: wall) }
            core.advance(to: now, wall: wall)
            if isStopping { core.finishAll(.serverStopping, at: now, wall: wall) }
            report(core)
            // Frames do not end the sleep: they wait half a second anyway, and to wake a thread costs the relay a system call.
            if !isStopping { tap.wait(untilNanoseconds: core.nextDeadline(after: RecorderClock.now), forFrames: false) }
        }
    }

    private func report(_ core: RecorderCore) {
        let endings = core.takeEndings()
        mailbox.withLock { box in
            box.storedBytes = core.storedByteCount.changed(by: box.storedChange)
            for ending in endings {
                box.running.remove(ending.id)
                if ending.isKept { box.storedCount += 1 }
            }
        }
        for ending in endings { endingsSource.yield(ending) }
    }
}

extension UInt64 {
    /// Not below 0.
    func changed(by change: Int64) -> UInt64 {
        change < 0 ? self - Swift.min(self, change.magnitude) : self &+ change.magnitude
    }
}

/// The clocks of recordings.
enum RecorderClock {
    /// CLOCK_MONOTONIC in nanoseconds, as the relay stamps datagrams.
    static var now: UInt64 { FrameTap.nanoseconds() }

    /// Milliseconds since 1970.
    static var wallMilliseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
