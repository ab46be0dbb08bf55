import Playout
import VoiceRelay
import VoiceWire

@testable import VoiceMixer

/// The server's mixer on a clock of the test's own: takes what the relay taps, and gives it the mixes that are due.
final class VirtualMixer {
    let tap: FrameTap
    private let core = MixerCore(settings: MixSettings(), seatsMax: 32, counters: MixerCounters())

    init() throws { tap = try FrameTap(capacity: 256) }

    /// Who of the room hears its mix from now on; nobody ends it.
    func publish(_ listeners: [VoiceID], for room: VoiceRoomID) {
        core.publish(MixPlan(listeners: listeners.map { MixListener(voice: $0) }), for: room)
    }

    /// Lets time pass up to `now`, in nanoseconds.
    func run(until now: Int64, deliver: (MixedFrame) -> Void) {
        while tap.pop({ take($0) }) {}
        var sink = KeptFrames()
        while let deadline = core.nextDeadline, deadline <= now { core.run(at: deadline, into: &sink) }
        for frame in sink.frames {
            frame.opus.withUnsafeBytes { opus in
                frame.listeners.withUnsafeBufferPointer { listeners in
                    deliver(
                        MixedFrame(
                            room: frame.room, flags: frame.flags, sequence: frame.sequence, timestamp: frame.timestamp,
                            opus: opus, listeners: listeners))
                }
            }
        }
    }

    private func take(_ tapped: TappedFrame) {
        let header = VoiceHeader(
            type: .voice, flags: tapped.flags, voice: tapped.voice, room: tapped.room, sequence: tapped.sequence,
            timestamp: tapped.timestamp, opusByteCount: UInt16(tapped.opusByteCount))
        core.take(
            SpokenFrame(
                header: header, opus: UnsafeRawBufferPointer(rebasing: tapped.frame[..<tapped.opusByteCount]),
                extensions: UnsafeRawBufferPointer(rebasing: tapped.frame[tapped.opusByteCount...]),
                hasPriority: tapped.isPrioritySpeaker, arrival: .init(nanoseconds: Int64(tapped.arrivalNanoseconds))))
    }
}

/// Copies of frames that are valid inside of a call only.
private struct KeptFrames: MixSink {
    struct Frame {
        let room: VoiceRoomID
        let flags: DatagramFlags
        let sequence: SequenceNumber
        let timestamp: MediaTimestamp
        let opus: [UInt8]
        let listeners: [VoiceID]
    }
    private(set) var frames: [Frame] = []

    mutating func send(_ frame: MixFrame) {
        frames.append(
            Frame(
                room: frame.room, flags: frame.flags, sequence: frame.sequence, timestamp: frame.timestamp,
                opus: Array(frame.opus), listeners: frame.listeners))
    }
}
