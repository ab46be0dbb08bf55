import Glibc
import Synchronization
import SyntheticSpeakers

/// What goes on, for people who wait: on a terminal one line that changes, elsewhere a line now and then.
public final class LoadProgress: Sendable {
    private struct State {
        var phase = ""
        var seconds = 0.0
        var hasLine = false
        var saidAt = ContinuousClock.now - .seconds(60)
    }

    private let isLive: Bool
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - isLive: whether a line can be written over.
    ///   - write: takes text, with its control characters.
    public init(isLive: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isLive = isLive
        self.write = write
    }

    /// To standard error: standard output is the report's.
    public static func standardError() -> LoadProgress {
        LoadProgress(isLive: isatty(STDERR_FILENO) == 1) { text in
            _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
        }
    }

    /// Says something that stays.
    public func say(_ text: String) {
        endLine()
        write("… \(text)\n")
    }

    func phase(_ name: String, seconds: Double = 0) {
        state.withLock { state in
            state.phase = name
            state.seconds = seconds
        }
        if !isLive { say(seconds > 0 ? "\(name), \(FigureText.number(seconds)) s" : name) }
    }

    func ramp(_ count: Int, of total: Int) { line("\(count)/\(total) have come") }

    /// - Parameter last: of the last few seconds.
    func measured(_ last: SpeakerMeasurement, seconds: Double, inVoice: Int, residentBytes: Int?) {
        let whole = state.withLock { $0.seconds }
        let memory = residentBytes.map { ", server \(FigureText.mebibytes($0)) MiB" } ?? ""
        line(
            "\(Int(seconds))/\(Int(whole)) s: \(inVoice) in voice, "
                + "\(FigureText.count(Int(Double(last.counts[.deliveries]) / max(0.001, last.seconds)))) deliveries a second, "
                + "lost \(last.counts.lost), p99 \(FigureText.milliseconds(Double(last.latency.percentile(99)) / 1_000)) ms"
                + memory)
    }

    /// What is written next begins on a line of its own.
    public func endLine() {
        let hadLine = state.withLock { state in
            defer { state.hasLine = false }
            return state.hasLine
        }
        if hadLine { write("\n") }
    }

    private func line(_ text: String) {
        let phase = state.withLock { state -> String? in
            let now = ContinuousClock.now
            guard isLive || now - state.saidAt >= Self.interval else { return nil }
            state.saidAt = now
            state.hasLine = isLive
            return state.phase
        }
        guard let phase else { return }
        // Carriage return, text, and nothing behind it (ECMA-48, EL).
        write(isLive ? "\r\(phase) · \(text)\u{1B}[K" : "… \(phase) · \(text)\n")
    }

    /// From one line to the next where they stay.
    private static let interval = Duration.seconds(30)
}
