import CLinux
import Glibc
import LockFree
import VoiceSocket
import VoiceWire

/// What an engine's thread runs: commands, deadlines, then whatever sockets have.
///
/// Everything it touches is its own, a ring, or an atomic. It allocates when users come and go, and when a window is cut.
struct SpeakerLoop<End: WireEnd & ~Copyable>: ~Copyable {
    let shared: SpeakerShared
    let configuration: SpeakerEngineConfiguration
    let beat: FrameBeat
    var ledger: ContentLedger
    var deadlines: DeadlineHeap
    /// By user number.
    let users: UnsafeMutablePointer<UnsafeMutablePointer<SpeakerState<End>>?>
    var rooms = SpeakerRooms()
    /// Of each shared socket, by its descriptor.
    var firstOnSocket: [Int32: Int] = [:]
    var serial: UInt32 = 0
    let poll: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    let incoming: StampedBatch
    /// Where datagrams are opened, and where those to send are made.
    let scratch: UnsafeMutableRawPointer
    let outgoing: UnsafeMutableRawPointer

    /// The open window, the one before as long as nobody took it, and the instant (CLOCK_REALTIME) between them.
    var window: MeasurementBlock
    var previousWindow: MeasurementBlock?
    var windowStart: UInt64 = 0
    /// Beats that were due before have not been missed: the engine was paused.
    var forgivenUntil: UInt64 = 0
    let latenessMax: UInt64
    private var waiting: SpeakerEngineConfiguration.Waiting
    private var isPaused = false
    private var isStopping = false

    /// Datagrams taken from a socket with one system call.
    static var receiveBatchMax: Int { 32 }
    private static var eventsMax: Int { 64 }
    /// What the bell's events are known by: no user has this number.
    static var bellMark: UInt32 { .max }
    /// A thread that stood still for longer sends nothing that was due in that time.
    static var catchUpNanosecondsMax: UInt64 { 500_000_000 }

    /// Nil when memory or descriptors are short.
    init?(_ configuration: SpeakerEngineConfiguration, shared: SpeakerShared, beat: FrameBeat) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { return nil }
        guard
            let incoming = StampedBatch.allocate(
                capacity: Self.receiveBatchMax, slotByteCount: VoiceWireLimits.datagramBytesMax + 1)
        else {
            close(poll)
            return nil
        }
        self.shared = shared
        self.configuration = configuration
        self.beat = beat
        self.poll = poll
        self.incoming = incoming
        ledger = ContentLedger(
            speech: configuration.speech.view, usersMax: configuration.usersMax, roomsMax: configuration.roomsMax)
        deadlines = DeadlineHeap(capacity: 2 * configuration.usersMax)
        users = .allocate(capacity: configuration.usersMax)
        users.initialize(repeating: nil, count: configuration.usersMax)
        events = .allocate(capacity: Self.eventsMax)
        scratch = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)
        outgoing = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)
        window = .allocate(roomsMax: configuration.roomsMax)
        latenessMax = configuration.lateness.nanoseconds
        waiting = configuration.waiting
        watch(shared.bell.fileDescriptor, mark: Self.bellMark, edgeTriggered: false)
    }

    deinit {
        for user in 0..<configuration.usersMax {
            users[user]?.deinitialize(count: 1)
            users[user]?.deallocate()
        }
        users.deallocate()
        events.deallocate()
        scratch.deallocate()
        outgoing.deallocate()
        incoming.deallocate()
        window.deallocate()
        previousWindow?.deallocate()
        close(poll)
    }

    /// Runs until a stop command has been carried out.
    mutating func run() {
        if let processor = configuration.processor { _ = thread_set_processor(UInt32(processor)) }
        thread_set_precise_waits()
        openSpan(of: window)
        while true {
            readCommands()
            if isStopping { break }
            if isPaused { sleepUntilRung() } else { work() }
        }
        sayAllGoodbyes()
    }

    private mutating func work() {
        let before = SpeakerClock.monotonic
        let isServing = deadlines.nextDue <= before
        if isServing { serveDeadlines(now: before) }
        let sleeps = waiting == .sleeping && shared.willSleep()
        let start = isServing ? SpeakerClock.monotonic : before
        let count = wait(nanoseconds: sleeps ? Int64(clamping: deadlines.nextDue &- min(start, deadlines.nextDue)) : 0)
        if waiting == .sleeping { shared.awoke() }
        // A look that found something was work, unless it waited for it.
        if sleeps || count == 0 { window.span.pointee.idleNanoseconds &+= SpeakerClock.monotonic &- start }
        for index in 0..<max(0, count) {
            let mark = events[index].data.u32
            if mark == Self.bellMark {
                shared.bell.clear()
            } else {
                receive(Int(mark))
                // Talkers do not wait until all listeners have been served.
                let now = SpeakerClock.monotonic
                if now >= deadlines.nextDue { serveDeadlines(now: now) }
            }
        }
    }

    private func wait(nanoseconds: Int64) -> Int {
        Int(epoll_wait_nanoseconds(poll, events, Int32(Self.eventsMax), nanoseconds))
    }

    private func sleepUntilRung() {
        guard shared.willSleep() else { return shared.awoke() }
        var bell = pollfd(fd: shared.bell.fileDescriptor, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&bell, 1, -1)
        shared.awoke()
        shared.bell.clear()
    }

    func watch(_ descriptor: Int32, mark: UInt32, edgeTriggered: Bool) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (edgeTriggered ? EPOLLET.rawValue : 0)
        event.data.u32 = mark
        epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    }

    // MARK: Commands

    private mutating func readCommands() {
        var command: SpeakerCommand?
        while shared.commands.pop({ command = $0.load(as: SpeakerCommand.self) }), let command { carryOut(command) }
    }

    private mutating func carryOut(_ command: SpeakerCommand) {
        switch command {
        case .add(let user, let state): insert(Int(user), state)
        case .remove(let user): dismiss(Int(user))
        case .talk(let user, let isTalking): setTalking(Int(user), isTalking)
        case .wait(let waiting): self.waiting = waiting
        case .pause: isPaused = true
        case .resume:
            isPaused = false
            forgivenUntil = SpeakerClock.monotonic
        case .cut(let block): cut(to: block)
        case .take(let ticket): giveWindow(to: ticket)
        case .stop: isStopping = true
        }
    }

    // MARK: Windows

    private mutating func cut(to block: MeasurementBlock) {
        closeSpan(of: window)
        previousWindow?.deallocate()
        previousWindow = window
        window = block
        windowStart = SpeakerClock.realTime
        openSpan(of: window)
    }

    private func openSpan(of block: MeasurementBlock) {
        block.span.pointee.startedAt = SpeakerClock.monotonic
        block.span.pointee.threadAtStart = SpeakerClock.thread
    }

    private func closeSpan(of block: MeasurementBlock) {
        block.span.pointee.endedAt = SpeakerClock.monotonic
        block.span.pointee.threadAtEnd = SpeakerClock.thread
    }

    private mutating func giveWindow(to ticket: UnsafeMutableRawPointer) {
        let ticket = Unmanaged<WindowTicket>.fromOpaque(ticket).takeRetainedValue()
        ticket.fulfil(previousWindow, rooms: rooms.summaries)
        previousWindow = nil
    }

    /// Where something of a frame that was sent at that instant is counted; nil if its window has been given away.
    @inline(__always) func block(ofFrameSentAt instant: UInt64) -> MeasurementBlock? {
        instant >= windowStart ? window : previousWindow
    }
}

extension Duration {
    /// Whole nanoseconds; a negative duration is none.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
