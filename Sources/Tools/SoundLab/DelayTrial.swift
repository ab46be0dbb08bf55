import SpeechProcessing

/// Echo cancelling with devices whose reports of their delays are wrong.
enum DelayTrial {
    struct Result {
        var output: [Int16]
        /// When reading was put right, in samples, and by how many.
        var corrections: [(time: Int, sampleCount: Int)] = []
    }

    /// `heard` is what the microphone hears while `played` sounds. The devices report `lieMilliseconds` more than lie between a
    /// sample being handed over and its being heard; half a second does.
    static func run(_ heard: [Int16], played: [Int16], lieMilliseconds: Int) throws -> Result {
        var settings = MicrophoneSettings.untouched
        settings.cancelsEcho = true
        let frame = MicrophoneRun.frame
        var processor = try MicrophoneProcessor(settings: settings, frameSampleCount: frame)
        var reference = EchoReference()
        var result = Result(output: heard)
        MicrophoneRun.append(played, 0..<ahead, to: &reference)
        var known = 0
        for start in stride(from: 0, through: heard.count - frame, by: frame) {
            MicrophoneRun.append(played, start + ahead..<start + ahead + frame, to: &reference)
            processor.align(
                playbackPending: ahead + lieMilliseconds * 48, capturePending: frame, &reference)
            result.output.withUnsafeMutableBufferPointer { samples in
                processor.process(UnsafeMutableBufferPointer(rebasing: samples[start..<start + frame]), &reference)
            }
            let change = reference.correctionSampleCount - known
            if change != 0 { result.corrections.append((start + frame, change)) }
            known += change
        }
        return result
    }

    /// Half a second.
    private static let ahead = 24_000
}
