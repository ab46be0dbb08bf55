import ControlWire
import TerminalSupport
import VoiceClient
import VoiceQuality

/// Draws a ``TalkModel`` as text. Pure: the same model and width give the same line.
enum TalkView {
    /// The line that stands at the bottom of a terminal: as much as fits into `columns`, most important first.
    static func statusLine(_ model: TalkModel, columns: Int, now: Duration) -> String {
        var parts = parts(of: model, now: now)
        while parts.count > 1, width(parts) > columns, let least = parts.map(\.importance).max() {
            parts.removeAll { $0.importance == least }
        }
        return TerminalText.truncated(join(parts), columns: columns)
    }

    /// The status for a log.
    struct PlainStatus: Equatable {
        /// What is worth another line when it changes.
        var headline: String
        var measurements: [String]

        var line: String { "status: " + ([headline] + measurements).joined(separator: "; ") }
    }

    /// Nil as long as there is nothing to say but the event lines.
    static func plainStatus(_ model: TalkModel) -> PlainStatus? {
        guard model.isVoiceOpen else { return nil }
        let way: [String?] = model.statistics.isTunnelled ? [tunnelled] : []
        let headline = [state(of: model, now: .zero), room(of: model), speech(of: model), recording(of: model)] + way
        return PlainStatus(
            headline: headline.compactMap(\.self).joined(separator: "; "),
            measurements: [loss(of: model), delay(of: model), quality(of: model)].compactMap { $0 })
    }

    private struct Part {
        var text: String
        /// 0 stays longest.
        var importance: Int
    }

    private static func parts(of model: TalkModel, now: Duration) -> [Part] {
        var parts = [Part(text: state(of: model, now: now), importance: 0)]
        if let recording = recording(of: model) { parts.append(Part(text: recording, importance: 0)) }
        guard model.isVoiceOpen else { return parts }
        parts.append(Part(text: levelBar(model.statistics.inputLevel), importance: 2))
        parts.append(Part(text: room(of: model), importance: 5))
        parts.append(Part(text: speech(of: model), importance: 1))
        if let loss = loss(of: model) { parts.append(Part(text: loss, importance: 3)) }
        if let delay = delay(of: model) { parts.append(Part(text: delay, importance: 4)) }
        if let quality = quality(of: model) { parts.append(Part(text: quality, importance: 5)) }
        if model.statistics.isTunnelled { parts.append(Part(text: tunnelled, importance: 3)) }
        if model.volume != 1 {
            parts.append(Part(text: "volume \(Int((model.volume * 100).rounded()))%", importance: 6))
        }
        parts.append(Part(text: model.mode == .pushToTalk ? "space: talk, ?: help" : "?: help", importance: 7))
        return parts
    }

    private static func width(_ parts: [Part]) -> Int { TerminalText.columns(of: join(parts)) }

    private static func join(_ parts: [Part]) -> String { parts.map(\.text).joined(separator: separator) }

    private static func state(of model: TalkModel, now: Duration) -> String {
        switch model.link {
        case .connecting: return "connecting"
        case .down(let retryAt):
            guard let retryAt, retryAt > now else { return "RECONNECTING" }
            return "RECONNECTING in \(Int((retryAt - now) / .seconds(1)) + 1) s"
        case .up: break
        }
        guard model.isVoiceOpen else { return "connecting voice" }
        if let restraint = restraint(on: model.own) { return restraint }
        switch (model.isMuted, model.isDeafened) {
        case (true, true): return "MUTED, DEAFENED"
        case (true, false): return "MUTED"
        case (false, true): return model.isTalking ? "TALKING, DEAFENED" : "DEAFENED"
        case (false, false): break
        }
        if model.isTalking { return "TALKING" }
        return "listening"
    }

    private static func restraint(on own: TalkModel.Person?) -> String? {
        switch (own?.isServerMuted, own?.isServerDeafened) {
        case (true, true): "MUTED AND DEAFENED FOR ALL"
        case (true, _): "MUTED FOR ALL"
        case (_, true): "DEAFENED BY THE SERVER"
        default: nil
        }
    }

    /// −60 dBov and less is empty, −6 dBov and more is full.
    private static func levelBar(_ level: UInt8) -> String {
        let filled = max(0, min(barColumns, (60 - Int(level) + 5) / 6))
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: barColumns - filled) + "]"
    }

    private static func recording(of model: TalkModel) -> String? {
        guard model.recording != nil else { return nil }
        return model.ownAnswer == .yes ? "REC (you, too)" : "REC (not you)"
    }

    private static func room(of model: TalkModel) -> String {
        "\(model.roomName) (\(model.others.count + 1))"
    }

    private static func speech(of model: TalkModel) -> String {
        let names = model.speakers.map { $0.name + ($0.isPrioritySpeaker ? " (priority)" : "") }
        guard let first = names.first else { return "nobody speaks" }
        let shown = names.prefix(speakersMax).joined(separator: ", ")
        let more = names.count > speakersMax ? " +\(names.count - speakersMax)" : ""
        return names.count == 1 ? "\(first) speaks" : "\(shown)\(more) speak"
    }

    private static func loss(of model: TalkModel) -> String? {
        let down = model.loss.fraction.map { "loss \(percent($0))" }
        // What listeners miss, where they say so: it holds the way up.
        let missed = model.reception?.heard.lossShare ?? model.statistics.uplinkLoss
        let up = missed.flatMap { $0 >= 0.005 ? "sent loss \(percent($0))" : nil }
        let both = [down, up].compactMap { $0 }
        return both.isEmpty ? nil : both.joined(separator: ", ")
    }

    private static func delay(of model: TalkModel) -> String? {
        model.delayMilliseconds.map { "delay \(Int($0.rounded())) ms" }
    }

    /// Mean opinion scores, 1…4.5: of the worst talker heard, and of oneself as most of the room hears it.
    private static func quality(of model: TalkModel) -> String? {
        let heard = model.reporter.rating.map { "MOS \(score($0))" }
        let own = model.reception?.rating.map { "yours \(score($0))" }
        let both = [heard, own].compactMap { $0 }
        return both.isEmpty ? nil : both.joined(separator: ", ")
    }

    /// With one digit behind the point.
    private static func score(_ rating: TransmissionRating) -> String {
        let tenths = Int((rating.meanOpinionScore * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func percent(_ fraction: Double) -> String { "\(Int((fraction * 100).rounded()))%" }

    private static let tunnelled = "voice over TCP"
    private static let separator = " | "
    private static let barColumns = 10
    /// Names shown at once.
    private static let speakersMax = 3
}
