import CLinux
import CSocketBatch
import Glibc
import LockFree
import VoiceSocket
import VoiceWire

/// What a relay thread runs: receive a batch, hand over or forward, flush, look at the inboxes, sleep.
///
/// Everything it touches is its own or a ring. It reads the clock once a batch, and around each sleep.
struct RelayLoop: ~Copyable {
    private var core: RelayCore
    private let peers: RelayPeers
    private let inbox: RelayInbox
    private let socket: Int32
    private let bell: Int32
    /// Waits for the socket and the bell.
    private let poll: Int32
    /// Waits for the bell alone, while the socket may be left.
    private let bellPoll: Int32
    private let incoming: ReceiveBatch
    private var outgoing: SocketSink
    private var governor = OverloadGovernor(now: 0)
    private var isStopping = false
    /// How old the oldest datagram of the last batch was when it was read, and when that was; until it is measured.
    private var unmeasuredAge: UInt64?
    private var readAt: UInt64 = 0

    /// Datagrams taken with one system call: at 100,000 a second, two thirds of a millisecond's worth.
    private static let receiveBatchMax = 64
    /// Datagrams sent with one system call: five frames to fifty listeners.
    private static let sendBatchMax = 256
    /// Commands carried out before datagrams are looked at again: all that the ring holds.
    private static let commandBatchMax = RelayInbox.capacity
    /// Datagrams of other threads handled before the socket is looked at again.
    private static let handoverBatchMax = 64
    /// Frames of the mixer sent before the socket is looked at again.
    private static let mixBatchMax = 64
    /// When control datagrams that found the socket's buffer full are tried again.
    private static let retryNanoseconds: UInt64 = 1_000_000
    /// A sleep ends after a minute at the latest.
    private static let sleepNanosecondsMax: UInt64 = 60_000_000_000

    /// Nil when memory or descriptors are short; nothing is forwarded then.
    init?(core: consuming RelayCore, peers: consuming RelayPeers, inbox: RelayInbox, socket: Int32) {
        guard
            let incoming = ReceiveBatch.allocate(
                capacity: Self.receiveBatchMax, slotByteCount: VoiceWireLimits.datagramBytesMax + 1),
            let outgoing = SendBatch.allocate(
                capacity: Self.sendBatchMax, slotByteCount: VoiceWireLimits.datagramBytesMax)
        else { return nil }
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        let bellPoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0, bellPoll >= 0 else {
            for descriptor in [poll, bellPoll] where descriptor >= 0 { close(descriptor) }
            incoming.deallocate()
            outgoing.deallocate()
            return nil
        }
        self.core = core
        self.peers = peers
        self.inbox = inbox
        self.socket = socket
        bell = inbox.bell.fileDescriptor
        self.incoming = incoming
        self.outgoing = SocketSink(batch: outgoing, socket: socket)
        self.poll = poll
        self.bellPoll = bellPoll
        for (poll, descriptor) in [(poll, socket), (poll, bell), (bellPoll, bell)] {
            var event = unsafe epoll_event()
            unsafe event.events = EPOLLIN.rawValue
            unsafe event.data.fd = descriptor
            unsafe epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    deinit {
        incoming.deallocate()
        outgoing.batch.deallocate()
        close(poll)
        close(bellPoll)
    }

    /// Runs until a stop command has been carried out. Never inlined, so that `Scripts/packet-path` finds it.
    @inline(never)
    mutating func run() {
        governor = OverloadGovernor(now: Self.nanoseconds())
        var isEmptied = true
        while !isStopping {
            let now = Self.nanoseconds()
            measureForwarding(until: now)
            let datagramCount = incoming.fill(from: socket)
            isEmptied = isEmptied && datagramCount < Self.receiveBatchMax
            govern(now: now, oldestAge: datagramCount > 0 ? incoming.age(0) : 0, isEmptied: isEmptied)
            // Commands between the receiving and the handling: a client that was granted a session before it sent
            // its hello finds the session there.
            let commandCount = readCommands(now: now)
            if datagramCount > 0 {
                handle(datagramCount, now: now)
                unmeasuredAge = incoming.age(0)
                readAt = now
                core.counters.add(.batchesReceived)
                core.counters.record(UInt64(datagramCount), in: .batchSize)
            }
            let handoverCount = readHandovers(now: now)
            let mixCount = readMixes()
            isEmptied = handoverCount < Self.handoverBatchMax
            core.tick(now: now, into: &outgoing)
            outgoing.flush()
            // What came since the reading ends the wait at once: asking the empty socket again first would be one call more.
            let isIdle =
                datagramCount < Self.receiveBatchMax && commandCount == 0 && handoverCount == 0
                && mixCount == 0
            if isIdle, !isStopping { sleep(sinceReading: now) }
        }
        publishTotals()
    }

    /// Measures what was just sent, with the clock that is read anyway: before the next reading, or before sleeping.
    @inline(__always)
    private mutating func measureForwarding(until now: UInt64) {
        guard let age = unmeasuredAge else { return }
        unmeasuredAge = nil
        core.counters.record(age &+ (now &- readAt), in: .forwardLatency)
    }

    /// Lets the core know how busy and how late the thread is.
    private mutating func govern(now: UInt64, oldestAge: UInt64, isEmptied: Bool) {
        governor.noteReading(at: now, oldestAge: oldestAge, isEmptied: isEmptied)
        core.busyShare = governor.busyShare
        core.overloadTalkersMax = governor.talkersMax
        if governor.level > 0 { core.counters.add(.overloadedReadings) }
    }

    private mutating func handle(_ count: Int, now: UInt64) {
        for index in 0..<count {
            let length = incoming.length(index)
            core.counters.add(.datagramsReceived)
            core.counters.add(.bytesReceived, UInt64(length))
            // One byte more than the longest is kept, so that what was longer is seen to be.
            let kept = min(length, VoiceWireLimits.datagramBytesMax + 1)
            let datagram = unsafe UnsafeRawBufferPointer(start: incoming.bytes(index), count: kept)
            unsafe take(datagram, from: incoming.address(index), now: now, age: incoming.age(index))
        }
    }

    /// Handles a datagram of this thread's sessions, or puts it before the thread that owns them.
    @inline(__always)
    private mutating func take(
        _ datagram: UnsafeRawBufferPointer, from address: UnsafePointer<socket_address>, now: UInt64, age: UInt64
    ) {
        let isWhole = datagram.count >= VoiceHeader.byteCount && datagram.count <= VoiceWireLimits.datagramBytesMax
        let owner = isWhole ? peers.owner(of: unsafe datagram.bigEndian(at: VoiceHeader.voiceOffset)) : peers.index
        guard owner != peers.index else {
            return unsafe core.receive(datagram, from: address, now: now, age: age, into: &outgoing)
        }
        // Noise is refused here, where it came in, so that it does not fill another thread's ring.
        if case .refused(let rejection) = unsafe VoiceHeader.parse(datagram) {
            return core.counters.add(RelayCounter(rejection))
        }
        // Its thread may know of somebody who talks alone: nothing lies in this socket for a while.
        core.pace.note(wait: 0, at: now)
        let isTaken = unsafe peers.handOver(datagram, from: address, to: owner)
        core.counters.add(isTaken ? .handedOver : .handoverFull)
    }

    private mutating func readCommands(now: UInt64) -> Int {
        var count = 0
        while count < Self.commandBatchMax {
            var command: RelayCommand?
            guard unsafe inbox.commands.pop({ unsafe command = $0.load(as: RelayCommand.self) }), let command else {
                break
            }
            if case .stop = command { isStopping = true }
            core.apply(command, now: now, into: &outgoing)
            count += 1
        }
        return count
    }

    private mutating func readHandovers(now: UInt64) -> Int {
        var count = 0
        while count < Self.handoverBatchMax {
            let isTaken = unsafe inbox.datagrams.pop { slot in
                // As for the socket: what was commanded before this datagram was sent is carried out before it.
                _ = readCommands(now: now)
                unsafe core.receive(
                    HandoverSlot.datagram(in: slot), from: HandoverSlot.address(in: slot), now: now, into: &outgoing)
            }
            guard isTaken else { break }
            count += 1
        }
        return count
    }

    private mutating func readMixes() -> Int {
        var count = 0
        while count < Self.mixBatchMax,
            unsafe inbox.mixes.pop({ unsafe core.deliver(MixSlot.read($0), into: &outgoing) })
        {
            count += 1
        }
        return count
    }

    /// Waits for a datagram, a ring of the bell, or the next deadline; while datagrams may lie in the socket, for the latter two.
    private mutating func sleep(sinceReading reading: UInt64) {
        publishTotals()
        guard inbox.willSleep() else { return inbox.awoke() }
        let start = Self.nanoseconds()
        measureForwarding(until: start)
        let retry = outgoing.batch.isEmpty ? UInt64.max : start &+ Self.retryNanoseconds
        let nextReading = core.nextReading(after: reading)
        let deadline = min(min(core.nextDeadline, retry), nextReading ?? .max)
        var timeout: Int64 = -1
        if deadline != .max { timeout = deadline > start ? Int64(min(deadline - start, Self.sleepNanosecondsMax)) : 0 }
        var events = unsafe (epoll_event(), epoll_event())
        let count = unsafe withUnsafeMutableBytes(of: &events) {
            unsafe epoll_wait_nanoseconds(
                nextReading == nil ? poll : bellPoll, $0.assumingMemoryBound(to: epoll_event.self).baseAddress, 2,
                timeout)
        }
        governor.noteSleep(from: start, until: Self.nanoseconds())
        inbox.awoke()
        let isRung = unsafe count > 0 && (events.0.data.fd == bell || count > 1)
        if isRung { EventSignal.clear(bell) }
    }

    /// Totals that the socket keeps; read when there is time for it.
    private func publishTotals() {
        let totals = outgoing.batch.totals
        core.counters.set(.datagramsSent, to: totals.datagrams)
        core.counters.set(.bytesSent, to: totals.bytes)
        core.counters.set(.sendBufferFull, to: totals.buffer_full)
        core.counters.set(.sendFailed, to: totals.failed)
    }

    /// CLOCK_MONOTONIC through the vDSO: no system call.
    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}

/// Puts a core's datagrams into batches for the kernel.
struct SocketSink: DatagramSink, ~Copyable {
    let batch: SendBatch
    let socket: Int32

    @inline(__always)
    mutating func next() -> UnsafeMutableRawPointer { unsafe batch.next() }

    @inline(__always)
    mutating func commit(byteCount: Int, to address: UnsafePointer<socket_address>, isVoice: Bool) {
        if unsafe batch.commit(byteCount: byteCount, to: address, mayBeDropped: isVoice) { batch.flush(to: socket) }
    }

    mutating func flush() { batch.flush(to: socket) }
}
