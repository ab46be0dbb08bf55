public import CoreMetrics
import Synchronization

/// The swift-metrics backend of the server: what libraries count appears at `/metrics`.
///
/// Making a metric takes a lock; counting is an atomic operation and never blocks. Any thread. Past ``OperationsLimits/seriesMax``
/// time series further ones count nothing, and that is counted.
public final class MetricsRegistry: MetricsFactory {
    private struct Key: Hashable {
        let name: String
        let labels: [MetricFamily.Label]
    }

    private struct State {
        var cells: [Key: MetricCell] = [:]
        var kinds: [String: MetricCell.Kind] = [:]
        var refusedCount: UInt64 = 0
    }

    private let state = Mutex(State())
    private let seriesMax: Int

    public convenience init() { self.init(seriesMax: OperationsLimits.seriesMax) }

    init(seriesMax: Int) { self.seriesMax = seriesMax }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(.counter, label, dimensions)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(.gauge, label, dimensions)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        cell(aggregate ? .summary : .gauge, label, dimensions)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(.timer, label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    /// All that was counted, by name.
    var families: [MetricFamily] {
        let (cells, refused) = state.withLock { ($0.cells, $0.refusedCount) }
        let groups = Dictionary(grouping: cells) { $0.key.name }
        let made = groups.sorted { $0.key < $1.key }.map { name, group in
            let kind = group[0].value.kind
            let samples = group.sorted { $0.key.labels.map(\.value).joined() < $1.key.labels.map(\.value).joined() }
            return MetricFamily(
                name, kind.exposed, "Counted by a library.", samples.flatMap { $0.value.samples(labels: $0.key.labels) }
            )
        }
        return made + [
            .counter(
                "roomtone_metrics_series_refused_total",
                "Time series of libraries beyond the limit, or of a name in use.",
                refused)
        ]
    }

    private func cell(_ kind: MetricCell.Kind, _ label: String, _ dimensions: [(String, String)]) -> MetricCell {
        let name = Self.name(label) + kind.suffix
        let key = Key(name: name, labels: dimensions.map { MetricFamily.Label(Self.name($0.0), $0.1) })
        return state.withLock { state in
            if let known = state.cells[key], known.kind == kind { return known }
            let made = MetricCell(kind)
            guard state.cells[key] == nil, state.kinds[name] ?? kind == kind, state.cells.count < seriesMax else {
                state.refusedCount += 1
                return made
            }
            state.cells[key] = made
            state.kinds[name] = kind
            return made
        }
    }

    private func destroy(_ handler: any AnyObject) {
        state.withLock { state in
            guard let key = state.cells.first(where: { $0.value === handler })?.key else { return }
            state.cells[key] = nil
            if !state.cells.keys.contains(where: { $0.name == key.name }) { state.kinds[key.name] = nil }
        }
    }

    /// Points and hyphens are usual in swift-metrics and not allowed in Prometheus.
    private static func name(_ label: String) -> String {
        let name = String(
            label.unicodeScalars.map { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                default: "_"
                }
            })
        return name.first?.isNumber ?? true ? "_" + name : name
    }
}

/// One time series: two words, changed by atomic operations alone.
final class MetricCell: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    enum Kind {
        case counter, gauge, summary, timer

        var suffix: String {
            switch self {
            case .counter: "_total"
            case .timer: "_seconds"
            case .gauge, .summary: ""
            }
        }

        var exposed: MetricFamily.Kind {
            switch self {
            case .counter: .counter
            case .gauge: .gauge
            case .summary, .timer: .summary
            }
        }
    }

    let kind: Kind
    private let count = Atomic<Int64>(0)
    /// The bits of a number; a sum, or what a gauge stands at.
    private let number = Atomic<UInt64>(0)

    init(_ kind: Kind) { self.kind = kind }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.store(value.bitPattern, ordering: .relaxed) }
    func increment(by amount: Double) { change { $0 + amount } }
    func decrement(by amount: Double) { change { $0 - amount } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        if kind == .gauge { return set(value) }
        count.wrappingAdd(1, ordering: .relaxed)
        change { $0 + value }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func samples(labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        let number = Double(bitPattern: number.load(ordering: .relaxed))
        let count = Double(count.load(ordering: .relaxed))
        switch kind {
        case .counter: return [MetricFamily.Sample(count, labels: labels)]
        case .gauge: return [MetricFamily.Sample(number, labels: labels)]
        case .summary, .timer:
            return [
                MetricFamily.Sample(number, labels: labels, suffix: "_sum"),
                MetricFamily.Sample(count, labels: labels, suffix: "_count"),
            ]
        }
    }

    private func change(_ next: (Double) -> Double) {
        var bits = number.load(ordering: .relaxed)
        while true {
            let exchange = number.weakCompareExchange(
                expected: bits, desired: next(Double(bitPattern: bits)).bitPattern, ordering: .relaxed)
            if exchange.exchanged { return }
            bits = exchange.original
        }
    }
}
