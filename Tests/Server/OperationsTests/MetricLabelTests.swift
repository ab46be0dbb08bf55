import Foundation
import Testing

@testable import Operations

/// Dashboard and alerts ask metrics for labels that they have: a query for one that there is not finds nothing, and says nothing.
@Suite struct MetricLabelTests {
    /// A query, and the words that say which of its series is meant.
    struct Question {
        let query: String
        let caption: String
    }

    /// What Prometheus adds to whatever it scrapes.
    private static let scraped: Set<String> = ["instance", "job"]

    /// By the name that queries use.
    private static let labels: [String: Set<String>] = MetricNameTests.families.reduce(into: [:]) { all, family in
        for sample in family.samples {
            all[family.name + sample.suffix, default: scraped].formUnion(sample.labels.map(\.name))
        }
    }

    private static func dashboard() throws -> [Question] {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Target: Decodable {
                    var expr: String
                    var legendFormat: String?
                }
                var targets: [Target]?
            }
            var panels: [Panel]
        }
        let text = try inRepository("Configuration/grafana-dashboard.json")
        return try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8)).panels.flatMap { $0.targets ?? [] }
            .map { Question(query: $0.expr, caption: $0.legendFormat ?? "") }
    }

    private static func alerts() throws -> [Question] {
        let text = try inRepository("Configuration/prometheus-alerts.yaml")
        let (queries, captions) = (text.matches(of: /expr: (.+)/), text.matches(of: /summary: (.+)/))
        #expect(queries.count == captions.count)
        return zip(queries, captions).map { Question(query: String($0.1), caption: String($1.1)) }
    }

    /// What is wrong with a question; nothing if it can be answered.
    static func problems(_ question: Question) -> [String] {
        var problems: [String] = []
        var known = scraped
        for match in question.query.matches(of: /\b((?:roomtone|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/) {
            guard let labels = labels[String(match.1)] else {
                problems.append("no series \(match.1)")
                continue
            }
            known.formUnion(labels)
            let asked = (match.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)/).map { String($0.1) }
            for label in Set(asked).subtracting(labels) { problems.append("\(match.1) has no label \(label)") }
        }
        let groupings = question.query.matches(of: /\bby \(([^)]*)\)/).map { words($0.1) }
        for label in Set(groupings.joined()).subtracting(known) { problems.append("nothing to group by \(label)") }
        // What is grouped keeps the labels that it is grouped by, and no other.
        let kept = groupings.reduce(known) { $0.intersection($1) }
        let named = question.caption.matches(of: /\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/).map { String($0.1) }
        for label in Set(named).subtracting(kept) { problems.append("the caption names \(label), which is not there") }
        return problems
    }

    private static func words(_ list: Substring) -> Set<String> {
        Set(list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    @Test func everyQueryIsAnswered() throws {
        let questions = try Self.dashboard() + Self.alerts()
        #expect(questions.count > 40)
        for question in questions { #expect(Self.problems(question).isEmpty, "\(question.query)") }
    }

    @Test(arguments: [
        ("roomtone_voice_session", ""), ("roomtone_relay_drops_total{reason=\"forged\"}", ""),
        ("sum by (reason) (roomtone_relay_drops_total)", ""), ("roomtone_room_voice_sessions", "{{title}}"),
        ("sum by (instance) (rate(roomtone_relay_drops_total[5m]))", "{{ $labels.cause }}"),
        ("rate(roomtone_message_latency_seconds[5m])", ""),
    ])
    func whatIsNotThereIsFound(_ query: String, _ caption: String) {
        #expect(Self.problems(Question(query: query, caption: caption)).count == 1)
    }
}
