import AudioDevice
import Glibc
import LockFree
import SpeechProcessing
import TalkInterface
import TerminalSupport
import TerminalUI
import VoiceClient

/// Lets a person hear what others would hear of them.
enum MicrophoneTest {
    static let duration: Duration = .seconds(3)

    /// Records ``duration`` from the microphone of these settings, processed as they say. Blocks as long, or until the device
    /// fails.
    static func record(_ setup: VoiceSetup) throws(CommandFailure) -> [Int16] {
        let samples = try raw(setup)
        return try processed(samples, setup.settings.microphone)
    }

    private static func raw(_ setup: VoiceSetup) throws(CommandFailure) -> [Int16] {
        do {
            let source = try AudioSources.open(
                name: setup.settings.inputDevice, timing: setup.settings.profile.captureTiming)
            let ring = SampleRing(capacity: ringPeriods * source.periodSampleCount)
            let signal = try EventSignal()
            try source.start(into: ring, signal: signal)
            defer { source.stop() }
            var samples: [Int16] = []
            var chunk = [Int16](repeating: 0, count: ringPeriods * source.periodSampleCount)
            while samples.count < sampleCount {
                guard SoundPlayer.waits(for: signal) else { throw SoundPlayer.silent(source.name) }
                let count = chunk.withUnsafeMutableBufferPointer { ring.read(into: $0) }
                samples += chunk[..<count]
                switch source.state {
                case .failed(let error): throw error
                case .ended, .stopped: return samples
                case .idle, .running: break
                }
            }
            return Array(samples.prefix(sampleCount))
        } catch {
            throw SoundPlayer.failure(error)
        }
    }

    static func processed(
        _ samples: [Int16], _ settings: MicrophoneSettings
    ) throws(CommandFailure) -> [Int16] {
        var samples = samples
        do {
            var processor = try MicrophoneProcessor(settings: settings, frameSampleCount: frameSampleCount)
            // Nothing is played meanwhile.
            var reference = EchoReference()
            samples.withUnsafeMutableBufferPointer { all in
                for start in stride(from: 0, to: all.count - frameSampleCount + 1, by: frameSampleCount) {
                    let frame = UnsafeMutableBufferPointer(rebasing: all[start..<start + frameSampleCount])
                    processor.process(frame, &reference)
                }
            }
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        return samples
    }

    private static let sampleCount = 3 * 48_000
    private static let frameSampleCount = 960
    private static let ringPeriods = 64
}
