/// The figures that requirements are made of, out of a run's phases: pure.
struct RunFigures {
    let values: [LoadMetric: Double]

    init(phases: [PhaseReport], memory: ServerMemory?, lostSessionCount: Int) {
        var values: [LoadMetric: Double] = [:]
        values[.misdelivered] = Double(phases.reduce(0) { $0 + $1.faults.misdelivered })
        values[.corrupt] = Double(phases.reduce(0) { $0 + $1.faults.corrupt })
        values[.lostSessions] = Double(lostSessionCount)
        if let load = phases.first(where: { $0.name == .load }) {
            Self.add(load, to: &values)
            Self.addRatio(of: load, over: phases.first { $0.name == .before }, to: &values)
        }
        Self.addShares(phases, to: &values)
        if let memory {
            values[.serverMemory] = Double(memory.peakBytes) / 1_048_576
            values[.memoryGrowth] = Double(memory.growthBytes) / 1_048_576
        }
        self.values = values
    }

    var byName: [String: Double] {
        Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }

    private static func add(_ load: PhaseReport, to values: inout [LoadMetric: Double]) {
        values[.serverCPU] = load.server?.processors
        if let chat = load.chat {
            values[.chatP99] = chat.delivery.p99 / 1_000
            values[.chatMissing] = Double(chat.missing)
        }
        if let churn = load.churn, churn.joining.count > 0 { values[.joinP99] = churn.joining.p99 / 1_000 }
        guard let steady = load.steady, steady.all.deliveries > 0 else { return }
        values[.p50] = steady.all.latency.p50 / 1_000
        values[.p90] = steady.all.latency.p90 / 1_000
        values[.p99] = steady.all.latency.p99 / 1_000
        values[.p999] = steady.all.latency.p999 / 1_000
        values[.max] = steady.all.latency.max / 1_000
        values[.jitter] = steady.all.jitter.p99 / 1_000
        if steady.all.roundTrip.count > 0 { values[.roundTrip] = steady.all.roundTrip.p99 / 1_000 }
        values[.mos] = steady.rooms.filter { $0.deliveriesOwed > 0 }.map(\.mos).min()
    }

    private static func addRatio(
        of load: PhaseReport, over before: PhaseReport?, to values: inout [LoadMetric: Double]
    ) {
        guard let p99 = load.steady?.all.latency.p99, let base = before?.steady?.all.latency.p99, base > 0 else {
            return
        }
        values[.churnRatio] = p99 / base
    }

    /// Of all phases and everybody: nothing is too short a time to lose frames in. Unknown as soon as one phase is.
    private static func addShares(_ phases: [PhaseReport], to values: inout [LoadMetric: Double]) {
        var sum = VoiceFigures()
        for phase in phases {
            guard let steady = phase.steady else { return }
            for figures in [steady.all] + (phase.churn.map { [$0.voice] } ?? []) {
                sum.deliveriesOwed += figures.deliveriesOwed
                sum.lost += figures.lost
                sum.late += figures.late
                sum.duplicates += figures.duplicates
                sum.reordered += figures.reordered
            }
        }
        guard sum.deliveriesOwed > 0 else { return }
        values[.loss] = sum.share(sum.lost) * 100
        values[.late] = sum.share(sum.late) * 100
        values[.duplicates] = sum.share(sum.duplicates) * 100
        values[.reordered] = sum.share(sum.reordered) * 100
    }
}
