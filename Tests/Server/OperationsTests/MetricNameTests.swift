import Daemon
import DaemonTestSupport
import Foundation
import Identifiers
import TestSupport
import Testing

@testable import ChatStore
@testable import MessageSearch
@testable import Operations
@testable import Rooms
@testable import VoiceRelay

/// Whoever names a metric names one that there is.
@Suite struct MetricNameTests {
    /// All that a server can show: with rooms in voice that have reported.
    static let families: [MetricFamily] = {
        var room = RoomVoiceFigures(id: RoomID(rawValue: 1), name: "General")
        room.sessionCount = 1
        room.reportCount = 1
        let relay = VoiceRelayFigures(
            counters: VoiceRelayCounters(), threads: [VoiceRelayFigures.Thread()],
            forwardLatency: RelayHistogramReading(.forwardLatency), batchSize: RelayHistogramReading(.batchSize),
            ringCapacity: 1)
        let figures = ServerFigures(
            relay: relay, rooms: [room], census: RoomDirectory.Census(),
            events: ControlEvent.allCases.map { ($0, 0) }, messageLatency: LatencyCounter().reading,
            messages: MessageLogFigures(), search: SearchCounters())
        return MetricFamily.server(figures, roomsMax: 1) + MetricFamily.process(ProcessFigures())
            + MetricFamily.readiness([Readiness.Finding(name: "store", reason: nil)]) + MetricsRegistry().families
            + [
                MetricFamily("roomtone_http_requests_total", .counter, "", []),
                MetricFamily("roomtone_http_request_seconds", .summary, "", []),
                MetricFamily("roomtone_http_connections_closed_total", .counter, "", []),
                MetricFamily("roomtone_http_accepts_failed_total", .counter, "", []),
            ]
    }()

    /// As queries name them.
    private static let names: Set<String> = Set(
        families.flatMap { family in
            switch family.kind {
            case .counter, .gauge: [family.name]
            case .histogram: [family.name + "_bucket", family.name + "_sum", family.name + "_count"]
            case .summary: [family.name + "_sum", family.name + "_count"]
            }
        })

    @Test func noneIsThereTwiceAndAllAreNamedAsPrometheusWants() {
        let names = Self.families.map(\.name)
        #expect(Set(names).count == names.count)
        for family in Self.families {
            #expect(family.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(family.name)")
            #expect(family.name.hasPrefix("roomtone_") || family.name.hasPrefix("process_"), "\(family.name)")
            #expect((family.kind == .counter) == family.name.hasSuffix("_total"), "\(family.name)")
        }
    }

    @Test(arguments: ["Configuration/grafana-dashboard.json", "Configuration/prometheus-alerts.yaml"])
    func whatDashboardAndAlertsNameIsThere(file: String) throws {
        let named = try inRepository(file).matches(of: /\b(?:roomtone|process)_[a-z0-9_]+/).map { String($0.0) }
        #expect(named.count > 10)
        for name in Set(named) { #expect(Self.names.contains(name), "\(name)") }
    }

    /// And the values of labels that alerts ask for.
    @Test func whatAlertsAskOfLabelsIsThere() throws {
        let alerts = try inRepository("Configuration/prometheus-alerts.yaml")
        let known = Set(RelayCounter.allCases.map { "\($0)" } + ControlEvent.allCases.map { "\($0)" })
        let asked = alerts.matches(of: /(?:cause|kind|event)=~?"([A-Za-z|]+)"/).flatMap { $0.1.split(separator: "|") }
        #expect(asked.count > 4)
        for word in asked { #expect(known.contains(String(word)), "\(word)") }
    }

    /// Those of modules that this one knows nothing of too.
    @Test(.timeLimit(.minutes(1))) func everyMetricIsInTheManual() async throws {
        let page = try inRepository("Documentation/Operations.md")
        for family in Self.families { #expect(page.contains("`\(family.name)`"), "\(family.name)") }
        let folder = try TemporaryFolder()
        let server = try await TestDaemon.start(in: folder.path)
        let shown = try await HTTPClient(port: server.operationsPort ?? 0).ask("/metrics").body
        await server.stop()
        let names = shown.matches(of: /TYPE (\w+) [a-z]/).map { String($0.1) }
        #expect(names.contains("roomtone_cache_up") && names.contains("roomtone_mixer_state"))
        for name in names { #expect(page.contains("`\(name)`"), "\(name)") }
        let alerts = try inRepository("Configuration/prometheus-alerts.yaml")
        for alert in alerts.matches(of: /alert: (\w+)/) { #expect(page.contains("`\(alert.1)`"), "\(alert.1)") }
    }
}
