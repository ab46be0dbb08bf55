import LoadSupport
import NIOCore
import SyntheticSpeakers

/// Lets people join and leave at a steady rate: their visits fall due one after the other, whatever became of those before.
/// On the clients' loop only.
final class Churn {
    private let plan: LoadPlan
    private let engine: SpeakerEngine
    private let path: SimulatedPath?
    private let crowd: NIOLoopBound<Crowd>
    private var report = ChurnReport()
    private var joining = LatencyHistogram()
    private var isAway: Set<Int> = []

    init(_ plan: LoadPlan, engine: SpeakerEngine, path: SimulatedPath?, _ crowd: NIOLoopBound<Crowd>) {
        self.plan = plan
        self.engine = engine
        self.path = path
        self.crowd = crowd
    }

    /// What a phase found, but the voice.
    func takeReport() -> ChurnReport {
        var report = report
        report.joining = Percentiles(joining)
        self.report = ChurnReport()
        joining = LatencyHistogram()
        return report
    }

    /// Whether that visit can begin; if so it has.
    fileprivate func begin(_ person: Int) -> Bool {
        guard isAway.insert(person).inserted else {
            report.skipped += 1
            return false
        }
        return true
    }

    fileprivate func place(_ visit: (due: Duration, person: Int, room: Int)) -> Place {
        let talks = plan.talks(visitor: visit.person)
        return Place(
            room: visit.room, engine: engine, mayTalk: talks, talksAtOnce: talks,
            takesBundles: plan.options.takesBundles, path: path)
    }

    fileprivate func joined(after time: Duration) {
        report.joins += 1
        joining.record(nanoseconds: UInt64(time / .nanoseconds(1)))
    }

    fileprivate func ended(_ person: Int, _ outcome: Outcome) {
        isAway.remove(person)
        switch outcome {
        case .left: report.leaves += 1
        case .failed: report.failed += 1
        }
    }

    fileprivate enum Outcome { case left, failed }

    fileprivate var visits: LoadPlan { plan }
    fileprivate var people: NIOLoopBound<Crowd> { crowd }
}

extension LoadClients {
    /// Runs all visits that fall due within `seconds`, and returns when the last has ended.
    func churn(_ bound: NIOLoopBound<Churn>, seconds: Double) async {
        let plan = bound.value.visits
        let start = ContinuousClock.now
        let count = Int(seconds * Double(plan.options.churnPerSecond))
        await withDiscardingTaskGroup { group in
            for number in 0..<count {
                let visit = plan.visit(number)
                let wait = visit.due - (ContinuousClock.now - start)
                if wait > .zero { await pause(.nanoseconds(Int64(wait / .nanoseconds(1)))) }
                if Task.isCancelled { return }
                guard bound.value.begin(visit.person) else { continue }
                group.addTask { await self.visit(visit, bound) }
            }
        }
    }

    private func visit(_ visit: (due: Duration, person: Int, room: Int), _ bound: NIOLoopBound<Churn>) async {
        let churn = bound.value
        let start = ContinuousClock.now
        do {
            try await sit(visit.person, churn.place(visit), churn.people)
            while try !isWelcomed(visit.person, churn.people) { await pause(.milliseconds(2)) }
            churn.joined(after: ContinuousClock.now - start)
            await pause(.milliseconds(Int64(LoadPlan.staySeconds * 1_000)))
            try await leave(visit.person, churn.people)
            churn.ended(visit.person, .left)
        } catch {
            // Whoever is half in is taken out, so that their next visit begins from nothing.
            try? await leave(visit.person, churn.people)
            churn.ended(visit.person, .failed)
        }
    }
}
