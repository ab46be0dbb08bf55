import SyntheticSpeakers

/// The report as a person reads it.
extension LoadReport {
    public var text: String {
        var lines = heading
        for phase in phases { lines += text(of: phase) }
        if let memory { lines += text(of: memory) }
        if !limits.isEmpty { lines += limitLines }
        if !remarks.isEmpty { lines += ["Remarks"] + remarks.map { "  \($0)" } + [""] }
        lines += requirementLines
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        let churn = options.churnPerSecond > 0 ? ", \(options.churnPerSecond) joins and leaves a second" : ""
        let chat = options.chatPerSecond > 0 ? ", \(options.chatPerSecond) text messages a second" : ""
        return [
            "\(startedAt)  \(server)  \(processorCount) processors here",
            "\(options.roomCount) rooms of \(options.usersPerRoom) users, \(options.speakersPerRoom) speakers in each "
                + "(\(options.pattern.rawValue), \(options.speech.rawValue))\(chat)\(churn); seed \(options.seed)",
            "Latencies in milliseconds, from the talker's socket to the listener's.", "",
        ]
    }

    private func text(of phase: PhaseReport) -> [String] {
        let name = phases.count == 1 ? "Load" : "Phase “\(phase.name.rawValue)”"
        var lines = ["\(name), \(FigureText.number(phase.seconds)) s"]
        if let steady = phase.steady {
            lines += [Self.row(["", "frames", "owed", "lost", "late", "p50", "p90", "p99", "p99.9", "max", "MOS"])]
            lines += steady.rooms.prefix(Self.roomRowsMax).map(Self.row(of:))
            if steady.rooms.count > Self.roomRowsMax {
                lines.append("  … \(steady.rooms.count - Self.roomRowsMax) more rooms in the JSON report")
            }
            lines.append(Self.row("all rooms", steady.all))
            if let churn = phase.churn { lines.append(Self.row("churning", churn.voice)) }
            lines += Self.details(of: steady.all)
        } else {
            lines.append("  not reported: the tester was the bottleneck, see below")
        }
        if phase.steady != nil, let churn = phase.churn { lines.append(Self.text(of: churn)) }
        if phase.steady != nil, let chat = phase.chat { lines.append(Self.text(of: chat)) }
        lines.append(
            "  misdelivered \(FigureText.count(phase.faults.misdelivered)), corrupt \(FigureText.count(phase.faults.corrupt))"
        )
        if let server = phase.server, phase.steady != nil {
            lines.append(
                "  server: \(FigureText.number(server.processors)) processors busy, "
                    + "\(FigureText.mebibytes(server.residentBytes)) MiB resident at the end")
        }
        return lines + [Self.text(of: phase.generator), ""]
    }

    private static func details(of voice: VoiceFigures) -> [String] {
        let bundles = voice.bundles > 0 ? ", bundles \(FigureText.count(voice.bundles))" : ""
        return [
            "  duplicates \(FigureText.count(voice.duplicates)), out of order \(FigureText.count(voice.reordered))\(bundles); "
                + "jitter p99 \(FigureText.milliseconds(voice.jitter.p99)); "
                + "ping to pong p99 \(FigureText.milliseconds(voice.roundTrip.p99)); "
                + "p99 from when frames were due \(FigureText.milliseconds(voice.latencyFromDue.p99))"
        ]
    }

    private static func text(of churn: ChurnReport) -> String {
        "  churn: \(FigureText.count(churn.joins)) joins, \(FigureText.count(churn.leaves)) leaves, "
            + "\(churn.failed) failed, \(churn.skipped) left out; from Join to voice p50 "
            + "\(FigureText.milliseconds(churn.joining.p50)), p99 \(FigureText.milliseconds(churn.joining.p99))"
    }

    private static func text(of chat: TextReport) -> String {
        "  text: \(FigureText.count(chat.delivered)) deliveries, \(chat.missing) missing; delivery p50 "
            + "\(FigureText.milliseconds(chat.delivery.p50)), p99 \(FigureText.milliseconds(chat.delivery.p99)); "
            + "acknowledged p99 \(FigureText.milliseconds(chat.acknowledgement.p99))"
    }

    private static func text(of generator: GeneratorFigures) -> String {
        "  tester: \(FigureText.number(generator.processors)) processors busy, voice thread "
            + "\(FigureText.percent(generator.threadBusy)); \(FigureText.mebibytes(generator.residentBytesPeak)) MiB; frames late p99 "
            + "\(FigureText.milliseconds(generator.lateness.p99)), past the deadline \(FigureText.count(generator.deadlinesMissed)), "
            + "left out \(FigureText.count(generator.framesSkipped)); sockets dropped \(FigureText.count(generator.socketDrops))"
    }

    private func text(of memory: ServerMemory) -> [String] {
        [
            "Server memory, MiB: \(FigureText.mebibytes(memory.startBytes)) at the start, "
                + "\(FigureText.mebibytes(memory.afterRampBytes)) after the ramp, \(FigureText.mebibytes(memory.endBytes)) at the end, "
                + "\(FigureText.mebibytes(memory.peakBytes)) at most; grown by "
                + "\(FigureText.mebibytes(memory.growthBytes)) after the ramp", "",
        ]
    }

    private var limitLines: [String] {
        ["The tester was the bottleneck; what it saw says nothing about the server:"]
            + limits.map { "  \($0.phase): \($0.text)" } + [""]
    }

    private var requirementLines: [String] {
        requirements.map { outcome in
            // What a tester that cannot keep up found is no verdict.
            let isUnknown = verdict == .inconclusive && outcome.metric != .misdelivered && outcome.metric != .corrupt
            let word = isUnknown ? "????" : outcome.holds ? "PASS" : "FAIL"
            let found = isUnknown ? "not reported" : outcome.found.map(FigureText.number) ?? "not known"
            return "\(word)  \(outcome.requirement) (found \(found))"
        } + ["Verdict: \(verdict.rawValue)"]
    }

    private static func row(of room: RoomFigures) -> String {
        row(
            ["room \(room.room)", FigureText.count(room.framesSent), FigureText.count(room.deliveriesOwed)]
                + [FigureText.count(room.lost), FigureText.count(room.late)] + columns(room.latency)
                + [FigureText.number(room.mos)])
    }

    private static func row(_ name: String, _ voice: VoiceFigures) -> String {
        row(
            [name, FigureText.count(voice.framesSent), FigureText.count(voice.deliveriesOwed)]
                + [FigureText.count(voice.lost), FigureText.count(voice.late)] + columns(voice.latency)
                + [FigureText.number(voice.mos)])
    }

    private static func columns(_ latency: Percentiles) -> [String] {
        [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(FigureText.milliseconds)
    }

    private static func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let width = index == 0 ? 12 : index < 3 ? 12 : 8
            let padding = String(repeating: " ", count: max(0, width - cell.count))
            return index == 0 ? "  " + cell + padding : padding + cell
        }.joined()
    }

    /// More than a screen of rooms is nothing for a person.
    private static let roomRowsMax = 20
}
