import LoadSupport

extension ChatReport {
    /// For people: what was measured, then every goal with its verdict.
    public var text: String {
        ([heading] + phaseLines + throughputLines + [idle.text, ""] + goalLines).joined(separator: "\n")
    }

    private var heading: String {
        let kind = options.isEncrypted ? "TLS" : "plaintext"
        return """
            \(date), \(processorCount) processors; server and generator share them.
            Measured clients use \(kind); idle users and voice TLS. Latencies in milliseconds, messages from the \
            instant at which they were to be sent.
            \(options.roomCount) rooms of \(options.membersPerRoom) members, \(options.messagesPerSecond) messages a \
            second; \(options.rounds) rounds of \(options.phaseSeconds) s a phase.

            """
    }

    private var phaseLines: [String] {
        let titles = ["", "count", "p50", "p95", "p99", "p99.9", "max"]
        var lines = [Self.row(titles)]
        let named =
            [("empty database, alone", emptyDatabase, 1)] + phases.map { ("\($0.phase.rawValue)", $0, options.rounds) }
        for (name, phase, rounds) in named {
            lines.append(Self.row("\(name): delivery", phase.delivery))
            lines.append(Self.row("\(name): acknowledgement", phase.acknowledgement))
            lines.append(Self.row("\(name): voice, one way", phase.voice))
            if let search = phase.search { lines.append(Self.row("\(name): search", search)) }
            if let reload = phase.reload { lines.append(Self.row("\(name): join and reload", reload)) }
            let durable = phase.acknowledgement.count / max(1, rounds * options.phaseSeconds)
            lines.append(
                "  durable messages a second: \(durable); processors busy: server \(phase.serverProcessors.rounded(2)), "
                    + "generator \(phase.generatorProcessors.rounded(2)); generator late at most "
                    + "\(phase.generatorLateMax.milliseconds); voice frames \(phase.voiceSentCount), "
                    + "lost \(phase.voiceLostCount)")
        }
        return lines + [""]
    }

    private var throughputLines: [String] {
        throughput.map { step in
            "\(step.underWay) messages under way: \(step.messagesPerSecond) durable messages a second, acknowledged "
                + "p50 \(step.acknowledgement.p50.milliseconds), p99 \(step.acknowledgement.p99.milliseconds); "
                + "processors busy: server \(step.serverProcessors.rounded(2)), "
                + "generator \(step.generatorProcessors.rounded(2))"
        }
    }

    private var goalLines: [String] {
        goals.map(\.text)
    }

    private static func row(_ name: String, _ summary: LatencySummary) -> String {
        let values = [summary.p50, summary.p95, summary.p99, summary.p999, summary.max]
        return row([name, "\(summary.count)"] + values.map { (Double($0) / 1_000).rounded(2) })
    }

    private static func row(_ cells: [String]) -> String {
        let name = cells[0].padding(to: 38)
        return name + cells.dropFirst().map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
