import Glibc
import SpeechProcessing

/// Whole WAV files as 48 kHz samples. Blocks on the disk and allocates; not for an audio thread.
public enum WAVAudio {
    /// The largest file read: an hour and a half of 16-bit mono sound at 48 kHz.
    public static let fileBytesMax = 512 << 20

    /// The sound in a file, mixed down to one channel and resampled to 48 kHz.
    ///
    /// Throws ``AudioDeviceError`` with one of the file codes; its message says what was found, what is accepted, and how to
    /// convert.
    public static func read(_ path: String) throws(AudioDeviceError) -> [Int16] {
        try read(path, channelCountMax: 1).samples
    }

    /// The same, but two channels stay two, interleaved, where `channelCountMax` is 2.
    public static func read(
        _ path: String, channelCountMax: Int
    ) throws(AudioDeviceError) -> (samples: [Int16], channelCount: Int) {
        let bytes = try contents(path)
        let (format, samples): (WAVFormat, [Int16])
        do throws(WAVError) {
            (format, samples) = try WAVReader.read(bytes, channelCountMax: channelCountMax)
        } catch {
            throw deviceError(error, path)
        }
        let channelCount = min(format.channelCount, channelCountMax)
        return (try resampled(samples, channelCount, from: format.sampleRate, path), channelCount)
    }

    /// Writes a file of 48 kHz 16-bit samples, two channels interleaved, replacing what was there.
    public static func write(
        _ samples: [Int16], channelCount: Int = 1, to path: String
    ) throws(AudioDeviceError) {
        let file = try SoundFile(creating: path)
        try file.append(WAVWriter.file(samples, channelCount: channelCount))
    }
}

extension WAVAudio {
    private static func contents(_ path: String) throws(AudioDeviceError) -> [UInt8] {
        let file = try SoundFile(reading: path)
        return try file.readAll(bytesMax: fileBytesMax)
    }

    private static func resampled(
        _ samples: [Int16], _ channelCount: Int, from rate: Int, _ path: String
    ) throws(AudioDeviceError) -> [Int16] {
        guard rate != 48_000 else { return samples }
        do throws(SpeechProcessingError) {
            return try resampled(samples, channelCount, from: rate)
        } catch {
            throw AudioDeviceError(code: .system, device: path, message: "it cannot be resampled: \(error)")
        }
    }

    /// As long as the original, and beginning where it begins: the filter's latency is cut off in front and run out at the end.
    private static func resampled(
        _ samples: [Int16], _ channelCount: Int, from rate: Int
    ) throws(SpeechProcessingError) -> [Int16] {
        var resampler = try Resampler(from: rate, to: 48_000, channelCount: channelCount)
        resampler.skipLatency()
        let wanted = (samples.count / channelCount * 48_000 + rate / 2) / rate * channelCount
        let padded = samples + [Int16](repeating: 0, count: rate / 10 * channelCount)
        var output = [Int16](repeating: 0, count: resampler.outputSampleCountMax(forInput: padded.count))
        var failure: SpeechProcessingError?
        var produced = 0
        unsafe padded.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                do throws(SpeechProcessingError) {
                    produced = try unsafe resampler.process(input, into: output).produced * channelCount
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
        return Array(output.prefix(min(produced, wanted)))
    }

    private static func deviceError(_ error: WAVError, _ path: String) -> AudioDeviceError {
        let code: AudioDeviceError.Code =
            switch error {
            case .notWAV, .unsupported, .malformed: .fileUnsupported
            case .truncated: .fileTruncated
            case .empty: .fileEmpty
            }
        let advice =
            switch code {
            case .fileUnsupported: "; convert it: ffmpeg -i \"\(path)\" -ac 1 -ar 48000 -c:a pcm_s16le converted.wav"
            case .fileTruncated: "; copy it again, or repair it: ffmpeg -i \"\(path)\" -c:a pcm_s16le repaired.wav"
            default: "; give another file"
            }
        return AudioDeviceError(code: code, device: path, message: "\(error)\(advice)")
    }
}
