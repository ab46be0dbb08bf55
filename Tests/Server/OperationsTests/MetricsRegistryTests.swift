import CoreMetrics
import Testing

@testable import Operations

/// What libraries count through swift-metrics.
@Suite struct MetricsRegistryTests {
    private func text(_ registry: MetricsRegistry) -> String {
        String(decoding: MetricText.render(registry.families), as: UTF8.self)
    }

    @Test func everyKindAppearsUnderANameThatPrometheusTakes() {
        let registry = MetricsRegistry()
        Counter(label: "http.requests", dimensions: [("the-path", "/a")], factory: registry).increment(by: 2)
        Counter(label: "http.requests", dimensions: [("the-path", "/a")], factory: registry).increment()
        Gauge(label: "9.level", dimensions: [], factory: registry).record(1.5)
        Meter(label: "depth", dimensions: [], factory: registry).increment(by: 3)
        CoreMetrics.Timer(label: "wait", dimensions: [], factory: registry).recordNanoseconds(250_000_000)
        Recorder(label: "sizes", dimensions: [], aggregate: true, factory: registry).record(7)
        let text = text(registry)
        for line in [
            "http_requests_total{the_path=\"/a\"} 3\n", "_9_level 1.5\n", "depth 3\n", "wait_seconds_sum 0.25\n",
            "wait_seconds_count 1\n", "sizes_sum 7\n", "# TYPE http_requests_total counter\n",
            "# TYPE wait_seconds summary\n",
            "roomtone_metrics_series_refused_total 0\n",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
    }

    @Test func seriesAtTheLimitCountAndOnePastItDoesNot() {
        let registry = MetricsRegistry(seriesMax: 2)
        for name in ["a", "b", "c"] { Counter(label: name, dimensions: [], factory: registry).increment() }
        let text = text(registry)
        #expect(text.contains("a_total 1") && text.contains("b_total 1") && !text.contains("c_total"))
        #expect(text.contains("roomtone_metrics_series_refused_total 1"))
    }

    @Test func aNameHasOneKind() {
        let registry = MetricsRegistry()
        Gauge(label: "a", dimensions: [], factory: registry).record(1)
        Recorder(label: "a", dimensions: [("x", "y")], aggregate: true, factory: registry).record(1)
        #expect(!text(registry).contains("a_sum"))
        #expect(text(registry).contains("roomtone_metrics_series_refused_total 1"))
    }

    @Test func whatIsDestroyedIsGone() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "a", dimensions: [], factory: registry)
        counter.increment()
        counter.destroy()
        #expect(!text(registry).contains("a_total"))
    }
}
