import Glibc
import TerminalUI

/// Short tones that tell alerts apart by ear. Pure.
enum AlertSound {
    /// At 48 kHz, mono, with soft ends and well below full scale: it sounds beside voices.
    static func samples(of alert: Alert) -> [Int16] {
        tones(of: alert).flatMap { tone(hertz: $0) }
    }

    /// Upwards for what comes, downwards for what goes.
    private static func tones(of alert: Alert) -> [Double] {
        switch alert {
        case .mention: [660, 880]
        case .privateMessage: [880, 880]
        case .voiceJoined: [440, 660]
        case .voiceLeft: [660, 440]
        case .connectionLost: [440, 330, 220]
        }
    }

    private static func tone(hertz: Double) -> [Int16] {
        (0..<toneSampleCount).map { index in
            let time = Double(index) / 48_000
            let end = Double(min(index, toneSampleCount - 1 - index)) / Double(rampSampleCount)
            return Int16(sin(2 * .pi * hertz * time) * min(1, end) * amplitude)
        }
    }

    private static let toneSampleCount = 4_320
    private static let rampSampleCount = 480
    private static let amplitude = 4_000.0
}
