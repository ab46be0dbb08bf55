import ControlWire
import Foundation
import LoadSupport
import Synchronization
import VoiceWire

/// A talker and a listener in one room, 50 frames a second through the server's relay, on a thread of their own.
///
/// Latency counts from just before the talker's system call to the kernel's receipt at the listener's socket.
final class VoicePair: Sendable {
    struct Result: Sendable {
        var latency = LatencyRecord()
        var sentCount = 0
        /// Frames that had not come when the next one was sent, so that each is counted where it was lost.
        var lostCount = 0
    }

    private struct State {
        var result = Result()
        var isStopping = false
    }

    private static let frameNanoseconds: UInt64 = 20_000_000
    /// What 32 kbit/s makes of 20 ms.
    private static let opusByteCount = 80
    private static let frames = 1 << 16

    private let state = Mutex(State())

    init(talker: VoiceGrant, listener: VoiceGrant) throws {
        let ends = (talker: try VoiceEnd(talker), listener: try VoiceEnd(listener))
        nonisolated(unsafe) let moved = ends  // from here on the thread's alone
        Thread.detachNewThread { self.run(moved.talker, moved.listener) }
    }

    /// What was measured since the last call.
    func takeResult() -> Result {
        state.withLock { state in
            defer { state.result = Result() }
            return state.result
        }
    }

    func stop() { state.withLock { $0.isStopping = true } }

    private func run(_ talker: VoiceEnd, _ listener: VoiceEnd) {
        var sentAt = [UInt64](repeating: 0, count: Self.frames)
        let opus = [UInt8](repeating: 0xAB, count: Self.opusByteCount)
        for end in [talker, listener] {
            // A datagram on loopback is lost only if nobody listens: the relay knows the session since it granted it.
            end.sendHello()
            _ = end.receive()
        }
        var sequence: UInt16 = 0
        var due = RealTimeClock.now + Self.frameNanoseconds
        var isWaitedFor = false
        while !state.withLock({ $0.isStopping }) {
            let now = RealTimeClock.now
            guard now >= due else {
                listener.wait(nanoseconds: due - now)
                if take(from: listener, sentAt) { isWaitedFor = false }
                continue
            }
            if isWaitedFor { state.withLock { $0.result.lostCount += 1 } }
            if sequence.isMultiple(of: 100) { listener.sendPing() }
            sentAt[Int(sequence)] = RealTimeClock.now
            talker.sendFrame(sequence, opus: opus)
            while talker.receive() != nil {}
            isWaitedFor = true
            state.withLock { $0.result.sentCount += 1 }
            sequence &+= 1
            due += Self.frameNanoseconds
        }
    }

    /// True if a frame came.
    private func take(from listener: VoiceEnd, _ sentAt: [UInt64]) -> Bool {
        var hasFrame = false
        while let (header, instant) = listener.receive() {
            guard let header, header.type == .voice else { continue }
            let sent = sentAt[Int(header.sequence.rawValue)]
            hasFrame = true
            state.withLock { $0.result.latency.record(nanoseconds: instant > sent ? instant - sent : 0) }
        }
        return hasFrame
    }
}
