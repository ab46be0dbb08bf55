import LockFree
import Synchronization
import VoiceSocket

/// Thousands of virtual voice users on one thread: they say hello, keep alive, talk, listen, and check all that they hear.
///
/// All users of a room must be in one engine: it knows what each of them sent, and a listener's frame is compared with
/// that. Several engines may share a machine, each with rooms of its own. One core takes some 150,000 deliveries a
/// second. In steady state nothing is allocated. Every method may be called from any thread, and none waits for the
/// engine's thread unless it is `async`. After ``stop()`` nothing may be asked of it.
public final class SpeakerEngine: Sendable {
    private let configuration: SpeakerEngineConfiguration
    private let shared: SpeakerShared
    private let beat: FrameBeat
    private let thread: DedicatedThread
    private let numbers: Mutex<Numbers>

    /// Which users and rooms there are, as far as adding more of them must know.
    private struct Numbers {
        /// Where the search for a free number begins.
        var cursor = 0
        var rooms: Set<UInt16> = []
    }

    /// Starts the thread.
    public init(_ configuration: SpeakerEngineConfiguration) throws(SpeakerError) {
        let frameNanoseconds = configuration.frameDuration.nanoseconds
        guard (1...65_535).contains(configuration.usersMax), (1...65_535).contains(configuration.roomsMax),
            (2_500_000...120_000_000).contains(frameNanoseconds)
        else {
            throw SpeakerError("an engine has 1…65,535 users and rooms, and frames of 2.5…120 ms")
        }
        self.configuration = configuration
        do { shared = try SpeakerShared(usersMax: configuration.usersMax) } catch {
            throw SpeakerError(error.description)
        }
        beat = FrameBeat(start: SpeakerClock.monotonic, frameNanoseconds: frameNanoseconds)
        numbers = Mutex(Numbers())
        thread =
            switch configuration.wire {
            case .roomtone: try Self.start(RoomtoneEnd.self, configuration, shared, beat)
            case .floor: try Self.start(FloorEnd.self, configuration, shared, beat)
            }
    }

    private static func start<End: WireEnd & ~Copyable>(
        _ kind: End.Type, _ configuration: SpeakerEngineConfiguration, _ shared: SpeakerShared, _ beat: FrameBeat
    ) throws(SpeakerError) -> DedicatedThread {
        guard let loop = SpeakerLoop<End>(configuration, shared: shared, beat: beat) else {
            throw SpeakerError("no memory or no descriptor for an engine: raise the limit of open files (ulimit -n)")
        }
        let box = LoopBox(loop)
        do { return try DedicatedThread(name: configuration.name) { box.run() } } catch {
            throw SpeakerError(error.description)
        }
    }

    /// Carries a loop to its thread.
    private final class LoopBox<End: WireEnd & ~Copyable>: @unchecked Sendable {
        // Unchecked: made by one thread, then used by the other alone.
        private var loop: SpeakerLoop<End>

        init(_ loop: consuming SpeakerLoop<End>) { self.loop = loop }

        func run() { loop.run() }
    }

    /// Voice frames that the kernel took since the start, whatever is measured. Any thread.
    public var framesSentInAll: Int { shared.framesSent }

    // MARK: Users

    /// Adds a user, who says hello at once. Opens its socket and expands its keys on the calling thread.
    public func add(_ user: SpeakerUser) throws(SpeakerError) -> SpeakerID {
        switch (user.session, configuration.wire) {
        case (.roomtone(let grant), .roomtone):
            return try insert(user) { () throws(SpeakerError) in try RoomtoneEnd(grant) }
        case (.floor(let client, let room), .floor):
            return try insert(user) { () throws(SpeakerError) in try FloorEnd(client: client, room: room) }
        default: throw SpeakerError("the engine speaks another protocol than this user")
        }
    }

    private func insert<End: WireEnd & ~Copyable>(
        _ user: SpeakerUser, _ makeEnd: () throws(SpeakerError) -> End
    ) throws(SpeakerError) -> SpeakerID {
        let end = try makeEnd()
        let number = try takeNumber(room: end.room)
        let socket: SpeakerSocket
        if let given = user.socket {
            socket = given
        } else {
            do throws(SpeakerError) {
                socket = try SpeakerSocket(
                    connectingTo: user.server, bufferBytes: configuration.receiveBufferBytes)
            } catch {
                shared.set(.absent, of: number)
                throw error
            }
        }
        let state = UnsafeMutablePointer<SpeakerState<End>>.allocate(capacity: 1)
        state.initialize(
            to: SpeakerState(
                end: end, socket: socket.socket, beatOffset: beat.offset(ofUser: number, phase: user.phase), user: user)
        )
        shared.push(.add(user: UInt16(number), state: UnsafeMutableRawPointer(state)))
        return SpeakerID(rawValue: UInt16(number))
    }

    private func takeNumber(room: UInt16) throws(SpeakerError) -> Int {
        let usersMax = configuration.usersMax
        let number: Int? = try numbers.withLock { numbers throws(SpeakerError) in
            guard numbers.rooms.contains(room) || numbers.rooms.count < configuration.roomsMax else {
                throw SpeakerError("the engine has had \(configuration.roomsMax) rooms, which is its limit")
            }
            numbers.rooms.insert(room)
            for step in 0..<usersMax {
                let number = (numbers.cursor + step) % usersMax
                guard shared.status(of: number) == .absent else { continue }
                shared.set(.connecting, of: number)
                numbers.cursor = (number + 1) % usersMax
                return number
            }
            return nil
        }
        guard let number else { throw SpeakerError("the engine has \(usersMax) users, which is its limit") }
        return number
    }

    /// Lets a user hear what is under way (a quarter of a second), say goodbye, and go. Its frames and those for it that
    /// are sent from now on are not expected anywhere. The id may be given to somebody else once it is ``SpeakerStatus/absent``.
    public func remove(_ user: SpeakerID) { shared.push(.remove(user: user.rawValue)) }

    /// Begins or ends a talkspurt at the user's next beat. The first frame of a talkspurt carries the start flag and the
    /// last one the end flag. Timestamps go on during silence. One who is not welcomed yet begins when it is.
    public func setTalking(_ user: SpeakerID, _ isTalking: Bool) {
        shared.push(.talk(user: user.rawValue, isTalking))
    }

    /// How far a user has come. One atomic load.
    public func status(of user: SpeakerID) -> SpeakerStatus { shared.status(of: Int(user.rawValue)) }

    /// Users who are welcomed and not leaving. One atomic load.
    public var establishedCount: Int { shared.establishedCount.load(ordering: .acquiring) }

    /// Changes what the thread does when nothing is to be done: who sets thousands of users up needs the processor that
    /// measuring will take.
    public func setWaiting(_ waiting: SpeakerEngineConfiguration.Waiting) { shared.push(.wait(waiting)) }

    /// Stops sending anything, pings too, and reading anything; ``resume()`` goes on as if nothing had happened meanwhile.
    /// Sessions end if that takes longer than the relay's time-out.
    public func pause() { shared.push(.pause) }

    public func resume() { shared.push(.resume) }

    // MARK: Measuring

    /// Begins a window: from now on it is counted for the next ``endWindow(grace:)``. What came before is forgotten.
    public func beginWindow() { shared.push(.cut(.allocate(roomsMax: configuration.roomsMax))) }

    /// Ends the window, waits for stragglers, and gives what was measured. Frames that are sent after the call are in the
    /// next window, which has begun; so windows may follow each other without a gap. One call at a time.
    /// - Parameter grace: how long frames of the window may still arrive: longer than any latency that can occur.
    public func endWindow(grace: Duration = .milliseconds(300)) async -> SpeakerMeasurement {
        shared.push(.cut(.allocate(roomsMax: configuration.roomsMax)))
        try? await Task.sleep(for: grace)
        return await withCheckedContinuation { continuation in
            let ticket = Unmanaged.passRetained(WindowTicket(continuation))
            shared.push(.take(ticket.toOpaque()))
        }
    }

    /// Says goodbye for all users and ends the thread.
    public func stop() async {
        shared.push(.stop)
        await thread.ended()
    }
}
