import CLinux
import Glibc
import LockFree
import Synchronization
import VoiceSocket
import VoiceWire

/// One relay thread as the rest of the server sees it: its socket, its inboxes, its counters.
///
/// What it does once it runs is in ``RelayLoop``; this type only lives around that.
final class RelayThread: Sendable {
    let counters: CounterBlock
    let inbox: RelayInbox
    /// Where the system grants it, voice goes before whatever else wants the processor: it needs little and cannot wait.
    private static let scheduling = ThreadScheduling(niceness: -10, sliceNanoseconds: 100_000)
    private let index: Int
    private let settings: RelaySettings
    private let board: StatusBoard
    private let socket: DatagramSocket
    private let taps: (mixer: FrameTap?, recorder: FrameTap?)
    private let thread = Mutex<DedicatedThread?>(nil)

    var port: UInt16 { socket.localAddress.port }

    /// Datagrams that the kernel threw away before this thread could read them. One system call, by who asks.
    var kernelDropCount: UInt64 { UInt64(socket.receiveDrops) }

    var isReceiveBufferShort: Bool { socket.isReceiveBufferShort }

    private init(
        index: Int, settings: RelaySettings, board: StatusBoard, socket: DatagramSocket,
        taps: (mixer: FrameTap?, recorder: FrameTap?)
    ) throws(EventSignal.DescriptorError) {
        self.index = index
        self.settings = settings
        self.board = board
        self.socket = socket
        self.taps = taps
        inbox = try RelayInbox()
        counters = CounterBlock.allocate()
    }

    deinit { counters.deallocate() }

    /// Binds one socket a thread to the same port.
    static func bindAll(
        _ configuration: VoiceRelayConfiguration, board: StatusBoard, taps: (mixer: FrameTap?, recorder: FrameTap?)
    ) throws(VoiceRelayError) -> [RelayThread] {
        let settings = RelaySettings(configuration)
        var port = configuration.port
        let sharesPort = configuration.threadCount > 1
        // Sockets that share a port also share it with another server of the same user, and each would get half of the
        // datagrams. One that does not share finds out whether somebody is there.
        if sharesPort, port != 0 { _ = try bind(host: configuration.host, port: port, sharesPort: false) }
        var threads: [RelayThread] = []
        for index in 0..<configuration.threadCount {
            let socket = try bind(host: configuration.host, port: port, sharesPort: sharesPort)
            port = socket.localAddress.port
            do {
                threads.append(
                    try RelayThread(index: index, settings: settings, board: board, socket: socket, taps: taps))
            } catch {
                throw VoiceRelayError(code: .threadFailed, description: "\(error)")
            }
        }
        // Where the kernel takes it, a datagram arrives at its owner; what does not is handed over.
        if sharesPort, configuration.steersInKernel {
            _ = threads[0].socket.steerSharedPort(
                byNumberAt: VoiceHeader.voiceOffset, socketCount: configuration.threadCount)
        }
        return threads
    }

    private static func bind(host: String, port: UInt16, sharesPort: Bool) throws(VoiceRelayError) -> DatagramSocket {
        guard let address = SocketAddress(host: host, port: port) else {
            throw VoiceRelayError(
                code: .addressInvalid, description: "voice address “\(host)” is not a numeric IPv4 or IPv6 address")
        }
        do {
            let socket = try DatagramSocket(binding: address, sharesPort: sharesPort)
            socket.stampArrivals()
            return socket
        } catch {
            // A machine without IPv6 has no `::`; everybody on it is reached over IPv4.
            if host == "::", error.errorNumber == EAFNOSUPPORT {
                return try bind(host: "0.0.0.0", port: port, sharesPort: sharesPort)
            }
            throw VoiceRelayError(code: .bindFailed, description: error.description)
        }
    }

    /// Starts the loop; it keeps this object alive until it ends.
    func start(among threads: [RelayThread]) throws(VoiceRelayError) {
        var settings = settings
        settings.isReceiveBufferShort = socket.isReceiveBufferShort
        let core = RelayCore(
            settings: settings, counters: counters, board: board.writer, mixerTap: taps.mixer,
            recorderTap: taps.recorder)
        let peers = RelayPeers(inboxes: threads.map(\.inbox), index: index)
        guard let loop = RelayLoop(core: core, peers: peers, inbox: inbox, socket: socket.fileDescriptor) else {
            throw VoiceRelayError(
                code: .threadFailed,
                description: "no memory or no descriptor for a relay thread: raise the limit of open files (ulimit -n)")
        }
        let box = LoopBox(loop)
        do {
            let started = try DedicatedThread(name: "voice-relay-\(index)", scheduling: Self.scheduling) { [self] in
                // Windows are a few milliseconds: they end when they are to end.
                thread_set_precise_waits()
                box.run()
                inbox.close()
            }
            thread.withLock { $0 = started }
        } catch {
            throw VoiceRelayError(code: .threadFailed, description: "\(error)")
        }
    }

    /// Carries a loop to its thread.
    private final class LoopBox: @unchecked Sendable {
        // Unchecked: made by one thread, then used by the other alone.
        private var loop: RelayLoop

        init(_ loop: consuming RelayLoop) { self.loop = loop }

        func run() { loop.run() }
    }

    /// Says goodbye to the thread's sessions and waits until it has ended.
    func stop() async {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        send(.stop)
        await running.ended()
    }

    /// Hands a command over. Any thread; waits only in the moment that 1,024 commands are ahead of it. Once the loop has
    /// ended the command is dropped.
    func send(_ command: RelayCommand) {
        var isFull = false
        while !inbox.push(command) {
            guard !inbox.isClosed else { return command.discard() }
            if !isFull { counters.addShared(.commandRingFull) }
            isFull = true
            sched_yield()
        }
    }
}

/// What other threads put before a relay thread: commands from rooms, datagrams from its peers, frames from the mixer.
final class RelayInbox: Sendable {
    /// Commands, datagrams, and mixed frames, that may wait.
    static let capacity = 1_024
    let commands = MPSCRing.allocate(capacity: RelayInbox.capacity, slotByteCount: MemoryLayout<RelayCommand>.stride)
    let mixes = MPSCRing.allocate(capacity: RelayInbox.capacity, slotByteCount: MixSlot.byteCount)
    let datagrams = MPSCRing.allocate(capacity: RelayInbox.capacity, slotByteCount: HandoverSlot.byteCount)
    let bell: EventSignal
    /// Set while the thread sleeps in `epoll_wait`; only then does a producer pay for a system call.
    let isAsleep = Atomic<Bool>(false)

    /// Set when the thread has ended: nobody will read again.
    private let hasEnded = Atomic<Bool>(false)

    init() throws(EventSignal.DescriptorError) { bell = try EventSignal() }

    deinit {
        discardCommands()
        commands.deallocate()
        datagrams.deallocate()
        mixes.deallocate()
    }

    /// Any thread; does not allocate or block.
    func push(_ command: RelayCommand) -> Bool {
        let isPushed = unsafe commands.push { unsafe $0.storeBytes(of: command, as: RelayCommand.self) }
        ring()
        return isPushed
    }

    /// Any thread; does not allocate or block.
    func push(_ mix: MixedFrame) -> Bool {
        let isPushed = unsafe mixes.push { unsafe MixSlot.write(mix, to: $0) }
        ring()
        return isPushed
    }

    var isClosed: Bool { hasEnded.load(ordering: .acquiring) }

    /// The thread's last act.
    func close() {
        hasEnded.store(true, ordering: .releasing)
        discardCommands()
    }

    private func discardCommands() {
        while unsafe commands.pop({ unsafe $0.load(as: RelayCommand.self).discard() }) {}
    }

    /// Wakes the thread if it sleeps.
    func ring() {
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .relaxed), isAsleep.exchange(false, ordering: .relaxed) { bell.signal() }
    }

    /// The owner announces that it is about to sleep; false when something has come in the meantime.
    func willSleep() -> Bool {
        isAsleep.store(true, ordering: .relaxed)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return commands.isEmpty && datagrams.isEmpty && mixes.isEmpty
    }

    func awoke() { isAsleep.store(false, ordering: .relaxed) }
}
