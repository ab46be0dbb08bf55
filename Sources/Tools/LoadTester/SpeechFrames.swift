import AudioDevice
import Glibc
import LoadSupport
import OpusCodec
import SyntheticSpeakers

/// Opus packets for synthetic speakers, encoded once, before the load begins.
public enum SpeechFrames {
    /// Of sound that this program makes up: 400 packets.
    static let seconds = 8.0

    /// - Parameters:
    ///   - recording: a WAV file with speech; nil for sound of this program's own. Its first ``SpeechTable/payloadsMax``
    ///     frames are used. Blocks on the disk.
    ///   - seed: of the sound that is made up.
    /// - Throws: ``LoadOptionError`` for a file that cannot be read or is too short.
    public static func table(
        _ speech: LoadOptions.Speech, recording: String?, seed: UInt64
    ) throws -> SpeechTable {
        let packets = try encode(samples(speech, recording: recording, seed: seed))
        guard let table = SpeechTable(payloads: packets) else {
            throw LoadOptionError(
                description: "\(recording ?? "the sound") holds no whole frame of 20 ms: give a longer recording")
        }
        return table
    }

    private static func samples(
        _ speech: LoadOptions.Speech, recording: String?, seed: UInt64
    ) throws -> [Int16] {
        switch (speech, recording) {
        case (.encodedSpeech, let path?):
            do { return try WAVAudio.read(path) } catch { throw LoadOptionError(description: "\(error)") }
        case (.encodedSpeech, nil):
            var sound = SpeechLikeSound(seed: seed)
            return sound.samples(seconds: seconds)
        case (.tone, _):
            return (0..<Int(seconds * 48_000)).map { Int16(8_000 * sin(2 * .pi * 440 * Double($0) / 48_000)) }
        }
    }

    /// As a client does by default: 20 ms, 40 kbit/s, variable rate.
    static func encode(_ samples: [Int16]) throws -> [[UInt8]] {
        var encoder = try OpusEncoder()
        let frameSamples = encoder.settings.samplesPerFrame
        var packet = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
        return try (0..<min(samples.count / frameSamples, SpeechTable.payloadsMax)).map { frame in
            let length = try samples[frame * frameSamples..<(frame + 1) * frameSamples].withUnsafeBufferPointer {
                input in
                try packet.withUnsafeMutableBytes { try encoder.encode(input, into: $0) }
            }
            return Array(packet[..<length])
        }
    }
}
