import AudioDevice
import Glibc
import LockFree
import TalkInterface
import TerminalSupport

/// Plays short sounds beside whatever else is played.
enum SoundPlayer {
    /// Plays the samples (48 kHz, mono) to their end, or until the device fails. Blocks as long.
    static func play(_ samples: [Int16], on device: String?) throws(CommandFailure) {
        do {
            let sink = try AudioSinks.open(name: device)
            let ring = SampleRing(capacity: ringPeriods * sink.periodSampleCount)
            let signal = try EventSignal()
            try sink.start(from: ring, signal: signal)
            defer { sink.stop() }
            // What is in the device's buffer when it stops is not heard: silence pushes the sound out.
            var rest = (samples + [Int16](repeating: 0, count: tailSampleCount))[...]
            while !rest.isEmpty {
                guard waits(for: signal) else { throw silent(sink.name) }
                if case .failed(let error) = sink.state { throw error }
                let wanted = min(sink.wantedSampleCount - ring.readableCount, rest.count)
                guard wanted > 0 else { continue }
                let written = rest.prefix(wanted).withUnsafeBufferPointer { ring.write($0) }
                rest = rest.dropFirst(written)
                sink.noteFilled()
            }
        } catch {
            throw failure(error)
        }
    }

    /// False when a device has said nothing for far longer than a period.
    static func waits(for signal: EventSignal) -> Bool {
        var watched = pollfd(fd: signal.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&watched, 1, patienceMilliseconds)
            if count < 0 && errno == EINTR { continue }
            signal.clear()
            return count > 0
        }
    }

    static func silent(_ device: String) -> CommandFailure {
        CommandFailure(.device, "the sound device “\(device)” does not answer: try another (F4).")
    }

    static func failure(_ error: any Error) -> CommandFailure {
        switch error {
        case let failure as CommandFailure: failure
        case let error as AudioDeviceError: CommandFailure(error)
        default: CommandFailure(.software, "\(error)")
        }
    }

    private static let ringPeriods = 8
    private static let tailSampleCount = 9_600
    private static let patienceMilliseconds: Int32 = 2_000
}
