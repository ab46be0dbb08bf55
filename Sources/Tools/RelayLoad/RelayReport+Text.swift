import Foundation

extension RelayReport {
    /// For people: a table for each shape.
    public var text: String {
        ([heading] + shapes.flatMap(\.lines) + [flood?.text, silence?.text].compactMap { $0 }).joined(separator: "\n")
    }

    private var heading: String {
        let place =
            options.relayThreads == 1
            ? "the relay's process on processor 0, the generator on processor 1"
            : "\(options.relayThreads) relay threads, which share the machine's processors with the generator"
        return """
            \(date), \(processorCount) processors; \(place).
            Medians of \(options.rounds) rounds of \(options.seconds) s (least–most); frames of \(options.frameBytes) bytes; \
            latencies one way, in microseconds.
            Ratios are to the floor program of the same round: only they can be compared between runs.

            """
    }
}

extension RelayShapeFigures {
    fileprivate var lines: [String] {
        let rooms = shape.rooms == 1 ? "" : " in each of \(shape.rooms) rooms"
        let sharing = usersPerSocket == 1 ? "" : " (\(usersPerSocket) users to a voice socket)"
        let fewer = shape.rooms == wantedRooms ? "" : " (not \(wantedRooms): limit of open files)"
        let title =
            "\(shape.name): \(shape.people) people, \(shape.talkers) talking\(rooms)\(fewer)\(sharing), every "
            + "\(shape.frameMilliseconds) ms: \(Int(shape.deliveriesPerSecond)) deliveries a second"
        let head = Self.row(
            "",
            ["µs a delivery", "ratio", "core %", "deliveries/s", "loss %", "p50", "p99", "p99.9", "p99 ratio", "MB/s"])
        var lines = [title, head] + contenders.map(\.line)
        for contender in contenders {
            let name = contender.contender.rawValue
            if contender.faults > 0 { lines.append("  ! \(name): \(contender.faults) faults") }
            if contender.lost > 0 { lines.append("  ! \(name): \(contender.lost) deliveries lost in all rounds") }
            for limit in Set(contender.generatorLimits).sorted() {
                lines.append("  ! \(name): the generator was the limit: \(limit)")
            }
        }
        return lines + [""]
    }

    fileprivate static func row(_ name: String, _ cells: [String]) -> String {
        let widths = [22, 18, 14, 14, 8, 18, 20, 20, 18, 8]
        let padded = zip(cells, widths).map { cell, width in
            String(repeating: " ", count: max(1, width - cell.count)) + cell
        }
        return "  " + name + String(repeating: " ", count: max(0, 18 - name.count)) + padded.joined()
    }
}

extension RelayContenderFigures {
    /// Its ratio to itself; of others there is none where the yardstick did not take part.
    private var yardstickText: String { contender == .floor ? "1" : "–" }

    private var relayPercent: Spread {
        Spread([relayShare.least, relayShare.median, relayShare.most].map { $0 * 100 })
    }

    fileprivate var line: String {
        RelayShapeFigures.row(
            contender.rawValue,
            [
                microsecondsPerDelivery.text(2), costRatio?.text(2) ?? yardstickText,
                relayPercent.text(0),
                deliveriesPerSecond.median.decimal(0), lossPercent.median.decimal(2), latencyP50.text(0),
                latencyP99.text(0), latencyP999.text(0), latencyP99Ratio?.text(2) ?? yardstickText,
                (bytesPerSecond.median / 1e6).decimal(1),
            ])
    }
}

extension RelaySample {
    /// In a few words, while the benchmark goes on.
    var text: String {
        "\(microsecondsPerDelivery.decimal(3)) µs a delivery, \((100 * relayShare).decimal(0)) % of a core, p99 "
            + "\(latency.p99.decimal(0)) µs, lost \(lost), generator busy \((100 * generator.busy).decimal(0)) %"
            + (faults > 0 ? ", \(faults) FAULTS" : "") + (generator.limit.map { ", generator: \($0)" } ?? "")
    }
}

extension Spread {
    func text(_ places: Int) -> String {
        "\(median.decimal(places)) (\(least.decimal(places))–\(most.decimal(places)))"
    }
}

extension Double {
    /// With exactly so many digits behind the point.
    func decimal(_ places: Int) -> String {
        formatted(.number.precision(.fractionLength(places)).grouping(.never).locale(Locale(identifier: "en_US_POSIX")))
    }
}
