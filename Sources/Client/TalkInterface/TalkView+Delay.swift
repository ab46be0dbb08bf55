import AudioDevice
import TerminalSupport
import VoiceClient

extension TalkView {
    /// What of the way from microphone to ear this client measures, in milliseconds, one line: `Scripts/sound_mouth.py` reads it.
    static func delayBreakdown(_ model: TalkModel) -> String {
        let statistics = model.statistics
        var parts = ["microphone \(milliseconds(samples: statistics.source.delaySampleCount))"]
        if let roundTrip = statistics.roundTripMilliseconds { parts.append("round trip \(milliseconds(roundTrip))") }
        let sink = statistics.sink
        let lead = sink.leadSampleCount
        // Files have no buffer to be filled.
        let filled = lead == 0 ? "" : " of \(milliseconds(samples: lead)), grown \(sink.leadGrowthCount) times"
        parts.append("speaker \(milliseconds(samples: sink.delaySampleCount))" + filled)
        for talker in statistics.talkers where talker.isSpeaking {
            let name = model.others.first { $0.voice == talker.voice }?.name ?? "somebody"
            parts.append(
                "buffer \(milliseconds(talker.playoutDelayMilliseconds)), jitter \(milliseconds(talker.jitterMilliseconds)) "
                    + "(\(TerminalText.name(name)))")
        }
        return "delay: " + parts.joined(separator: "; ")
    }

    private static func milliseconds(samples: Int) -> String { milliseconds(Double(samples) / 48) }

    /// With one digit behind the point.
    private static func milliseconds(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
