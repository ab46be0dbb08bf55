import LockFree
import Synchronization
import VoiceSealing
import VoiceSocket
import VoiceWire

/// Forwards voice between the members of rooms, on threads of its own.
///
/// Rooms decide, the relay forwards: a room leases an id, opens a session for each member in voice and
/// publishes who may speak and hear. All of that reaches the relay threads through lock-free rings; a
/// datagram on its way meets none of the code of this type. Every method may be called from any thread.
public final class VoiceRelay: Sendable {
    let configuration: VoiceRelayConfiguration
    let threads: [RelayThread]
    let board: StatusBoard
    private let leases: Mutex<IdentifierLeases>
    private let pump: StatusPump

    /// Binds the sockets at once, so that a port in use is known at start; forwards after ``start()``.
    /// - Parameters:
    ///   - mixerTap: gets the frames that rooms with mixed listeners hear.
    ///   - recorderTap: gets the frames of those who agreed to be recorded.
    public init(
        _ configuration: VoiceRelayConfiguration, mixerTap: FrameTap? = nil, recorderTap: FrameTap? = nil
    ) throws(VoiceRelayError) {
        var configuration = configuration
        configuration.threadCount = min(max(1, configuration.threadCount), 64)
        configuration.sessionsMax = min(max(1, configuration.sessionsMax), 65_000)
        self.configuration = configuration
        do {
            board = try StatusBoard()
        } catch {
            throw VoiceRelayError(code: .threadFailed, description: "\(error)")
        }
        threads = try RelayThread.bindAll(configuration, board: board, taps: (mixerTap, recorderTap))
        leases = Mutex(IdentifierLeases(threadCount: configuration.threadCount, sessionsMax: configuration.sessionsMax))
        pump = StatusPump(board: board)
    }

    /// The UDP port, as bound.
    public var port: UInt16 { threads[0].port }

    /// Whether the kernel gives the sockets less room for what arrives than they asked for: frames of a crowd may then be lost
    /// while a thread waits for a processor.
    public var isReceiveBufferShort: Bool { threads[0].isReceiveBufferShort }

    /// Starts forwarding.
    public func start() throws(VoiceRelayError) {
        do {
            try pump.start()
        } catch {
            throw VoiceRelayError(code: .threadFailed, description: "\(error)")
        }
        for thread in threads { try thread.start(among: threads) }
    }

    /// Says goodbye to every session, ends the threads and finishes ``events``. Afterwards nothing may be asked of the relay.
    public func stop() async {
        for thread in threads { await thread.stop() }
        await pump.stop()
    }

    /// What the relay noticed, newest state last; changes that follow each other faster than they are read are
    /// folded into one, so nothing is lost and nothing piles up. For one consumer.
    public var events: AsyncStream<VoiceRelayEvent> { pump.events }

    /// Takes what sessions and rooms may send in a second into force, for those that talk already too; all else of a configuration stays
    /// as it was at the start.
    public func setRates(of configuration: VoiceRelayConfiguration) {
        for thread in threads { thread.send(.setRates(RelayRates(configuration))) }
    }

    // MARK: Rooms

    /// Leases a wire id for a room, on the relay thread with the fewest rooms.
    public func leaseRoom() throws(VoiceRelayError) -> VoiceRoomID {
        guard let room = leases.withLock({ $0.leaseRoom() }) else {
            throw VoiceRelayError(
                code: .roomLimit, description: "all room ids are in use; try again when a room has emptied")
        }
        return room
    }

    /// Returns a room's wire id. Its sessions must be closed.
    public func releaseRoom(_ room: VoiceRoomID) {
        thread(of: room.rawValue).send(.releaseRoom(room))
        leases.withLock { $0.release(room: room) }
    }

    /// Replaces the room's routing table; only the room's owner calls this. A session is not heard and does not hear
    /// before it stands in a published table.
    /// - Parameter loudestTalkersMax: how many talkers are heard at once, 1…``LoudestTalkers/placesMax``, the loudest of them;
    ///   0 forwards all; nil takes the configuration's number.
    public func publish(_ routes: [VoiceRoute], for room: VoiceRoomID, loudestTalkersMax: Int? = nil) {
        let table = RouteTable.allocate(routes, loudestTalkersMax: loudestTalkersMax ?? configuration.loudestTalkersMax)
        thread(of: room.rawValue).send(.publish(room, table))
    }

    /// Sends a room's mix to listeners who are routed to hear it; others on the list are passed over.
    ///
    /// Any thread. Does not allocate or block. False, and counted, when the room's relay thread has 1,024 mixed frames to send
    /// already; nothing was sent then.
    public func deliver(_ mix: MixedFrame) -> Bool {
        unsafe precondition(
            1...VoiceWireLimits.opusBytesMax ~= mix.opus.count && 1...MixedFrame.listenersMax ~= mix.listeners.count,
            "a mixed frame has one Opus packet and one to \(MixedFrame.listenersMax) listeners")
        let owner = thread(of: mix.room.rawValue)
        let isTaken = owner.inbox.push(mix)
        if !isTaken { owner.counters.addShared(.mixRingFull) }
        return isTaken
    }

    // MARK: Sessions

    /// Opens a session with fresh ids, keys and token; the client then has the token's lifetime to say hello.
    public func openSession(_ request: VoiceSessionRequest) throws(VoiceRelayError) -> VoiceSessionGrant {
        guard request.cipher != nil || configuration.allowsUnsealed else {
            throw VoiceRelayError(code: .unsealedNotAllowed, description: "this server accepts encrypted voice only")
        }
        if let cipher = request.cipher, !VoiceCipher.available.contains(cipher) {
            throw VoiceRelayError(
                code: .cipherUnavailable, description: "\(cipher.rawValue) is not available on this server")
        }
        guard let lease = leases.withLock({ $0.leaseSession(in: request.room) }) else {
            throw VoiceRelayError(
                code: .sessionLimit,
                description:
                    "no voice session is free: the server's limit is \(configuration.sessionsMax), and each of its "
                    + "\(threads.count) relay threads has \(65_535 / threads.count) ids")
        }
        let owner = thread(of: lease.voice.rawValue)
        guard !owner.inbox.isClosed else {
            throw VoiceRelayError(code: .stopped, description: "the voice relay has stopped")
        }
        let grant = VoiceSessionGrant(
            voice: lease.voice, room: request.room, token: randomBytes(VoiceWireLimits.tokenBytes),
            cipher: request.cipher,
            clientKey: request.cipher == nil ? [] : randomBytes(VoiceCipher.keyBytes),
            serverKey: request.cipher == nil ? [] : randomBytes(VoiceCipher.keyBytes),
            bundleBytesMax: request.bundleBytesGranted,
            controlHost: request.controlHost.flatMap { SocketAddress(host: $0, port: 0) })
        owner.send(.open(VoiceSession.allocate(for: grant, generation: lease.generation)))
        return grant
    }

    /// Ends a session and returns its id; the client is told the reason if it ever proved its address.
    public func closeSession(_ voice: VoiceID, reason: GoodbyeReason) {
        thread(of: voice.rawValue).send(.close(voice, reason))
        leases.withLock { $0.release(voice: voice) }
    }

    /// Sums of all threads. Reads atomics and asks the kernel for its drops; costs the relay nothing.
    public func counters() -> VoiceRelayCounters {
        var sums = VoiceRelayCounters()
        for thread in threads {
            for counter in RelayCounter.allCases { sums[counter] += thread.counters[counter] }
            sums[.kernelReceiveDropped] += thread.kernelDropCount
        }
        return sums
    }

    /// Ids are leased so that their remainder names the thread: finding the owner of a datagram takes no table.
    private func thread(of id: UInt16) -> RelayThread { threads[Int(id) % threads.count] }
}
