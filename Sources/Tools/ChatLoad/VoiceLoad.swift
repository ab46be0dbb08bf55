import ControlWire
import Foundation
import LoadSupport
import Synchronization
import VoiceWire

/// Talkers and one listener for each, every pair in a room of its own, 50 frames a second each through the server's
/// relay, on a thread of their own. The pairs' frames are spread evenly over the 20 ms: none waits behind another's.
///
/// Latency counts from just before the talker's system call to the kernel's receipt at the listener's socket.
final class VoiceLoad: Sendable {
    struct Result {
        var latency = LatencyRecord()
        var sentCount = 0
        /// Frames that had not come when the pair's next one was sent, so that each is counted where it was lost.
        var lostCount = 0
    }

    private struct State {
        var result = Result()
        var isStopping = false
    }

    /// One talker and its listener.
    private struct Pair {
        let talker: VoiceEnd
        let listener: VoiceEnd
        /// Of the frame that was sent last.
        var sequence: UInt16 = .max
        var isWaitedFor = false
        /// When each of the last frames left, in nanoseconds of the real-time clock: one that comes after the next was
        /// sent is measured all the same.
        private var instants = [UInt64](repeating: 0, count: 1_024)

        init(talker: VoiceEnd, listener: VoiceEnd) {
            self.talker = talker
            self.listener = listener
        }

        subscript(sentAt sequence: UInt16) -> UInt64 {
            get { instants[Int(sequence) % instants.count] }
            set { instants[Int(sequence) % instants.count] = newValue }
        }
    }

    private static let frameNanoseconds: UInt64 = 20_000_000
    /// What 32 kbit/s makes of 20 ms.
    private static let opus = [UInt8](repeating: 0xAB, count: 80)
    /// Frames of one pair between its listener's pings.
    private static let framesPerPing: UInt16 = 100

    private let state = Mutex(State())

    init(_ grants: [(talker: VoiceGrant, listener: VoiceGrant)]) throws {
        let pairs = try grants.map { Pair(talker: try VoiceEnd($0.talker), listener: try VoiceEnd($0.listener)) }
        nonisolated(unsafe) let moved = pairs  // from here on the thread's alone
        Thread.detachNewThread {
            MeasuringThread.begin()
            self.run(moved)
        }
    }

    /// What was measured since the last call.
    func takeResult() -> Result {
        state.withLock { state in
            defer { state.result = Result() }
            return state.result
        }
    }

    func stop() { state.withLock { $0.isStopping = true } }

    private func run(_ pairs: [Pair]) {
        var pairs = pairs
        for end in pairs.flatMap({ [$0.talker, $0.listener] }) {
            // A datagram on loopback is lost only if nobody listens: the relay knows the session since it granted it.
            end.sendHello()
            _ = end.receive()
        }
        let interval = Self.frameNanoseconds / UInt64(pairs.count)
        var waiting = ReadableSockets(pairs.map(\.listener.fileDescriptor))
        var due = RealTimeClock.now + Self.frameNanoseconds
        var turn = 0
        while !state.withLock({ $0.isStopping }) {
            let now = RealTimeClock.now
            if now < due {
                for index in waiting.wait(nanoseconds: due - now) { take(&pairs[index]) }
            } else {
                send(&pairs[turn])
                turn = (turn + 1) % pairs.count
                due += interval
            }
        }
    }

    private func send(_ pair: inout Pair) {
        if pair.isWaitedFor { take(&pair) }
        if pair.isWaitedFor { state.withLock { $0.result.lostCount += 1 } }
        pair.sequence &+= 1
        if pair.sequence.isMultiple(of: Self.framesPerPing) { pair.listener.sendPing() }
        pair.isWaitedFor = true
        pair[sentAt: pair.sequence] = RealTimeClock.now
        pair.talker.sendFrame(pair.sequence, opus: Self.opus)
        while pair.talker.receive() != nil {}
        state.withLock { $0.result.sentCount += 1 }
    }

    private func take(_ pair: inout Pair) {
        while let (header, instant) = pair.listener.receive() {
            guard let header, header.type == .voice else { continue }
            let sequence = header.sequence.rawValue
            if sequence == pair.sequence { pair.isWaitedFor = false }
            let sent = pair[sentAt: sequence]
            state.withLock { $0.result.latency.record(nanoseconds: instant > sent ? instant - sent : 0) }
        }
    }
}

/// Waits for any of many sockets.
private struct ReadableSockets {
    private var polled: [pollfd]

    init(_ fileDescriptors: [Int32]) {
        polled = fileDescriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// The places of those on which something waits; none when the time is over, to the next millisecond. Blocks.
    mutating func wait(nanoseconds: UInt64) -> [Int] {
        guard poll(&polled, nfds_t(polled.count), Int32(clamping: nanoseconds / 1_000_000 + 1)) > 0 else { return [] }
        return polled.indices.filter { polled[$0].revents != 0 }
    }
}
