import Testing

@testable import Operations

/// The text exposition format, to the byte.
@Suite struct MetricTextTests {
    private func text(_ families: MetricFamily...) -> String {
        String(decoding: MetricText.render(families), as: UTF8.self)
    }

    @Test func aFamilyIsItsHelpItsTypeAndItsSamples() {
        let family = MetricFamily(
            "roomtone_things_total", .counter, "Things, by kind.",
            [
                MetricFamily.Sample(3, labels: [MetricFamily.Label("kind", "a"), MetricFamily.Label("place", "b")]),
                MetricFamily.Sample(0.5, labels: [MetricFamily.Label("kind", "c")]),
            ])
        #expect(
            text(family) == """
                # HELP roomtone_things_total Things, by kind.
                # TYPE roomtone_things_total counter
                roomtone_things_total{kind="a",place="b"} 3
                roomtone_things_total{kind="c"} 0.5

                """)
    }

    @Test func whatPeopleCallARoomStaysInsideItsQuotes() {
        let name = "a \"b\" \\ c\nroomtone_forged 1"
        let family = MetricFamily(
            "m", .gauge, "h\\\n", [MetricFamily.Sample(1, labels: [MetricFamily.Label("name", name)])])
        #expect(
            text(family) == "# HELP m h\\\\\\n\n# TYPE m gauge\nm{name=\"a \\\"b\\\" \\\\ c\\nroomtone_forged 1\"} 1\n")
    }

    @Test func bucketsOfAHistogramAddUp() {
        let family = MetricFamily.histogram("m_seconds", "h", limits: [0.5, 1], counts: [2, 0, 3], sum: 7.25)
        #expect(
            text(family) == """
                # HELP m_seconds h
                # TYPE m_seconds histogram
                m_seconds_bucket{le="0.5"} 2
                m_seconds_bucket{le="1"} 2
                m_seconds_bucket{le="+Inf"} 5
                m_seconds_sum 7.25
                m_seconds_count 5

                """)
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (1e15, "1000000000000000"), (0.1, "0.1"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"), (1.6384e-05, "1.6384e-05"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) { #expect(MetricText.number(value) == text) }

    @Test func aFamilyWithoutSamplesIsNotMentioned() {
        #expect(text(MetricFamily("m", .gauge, "h", [])).isEmpty)
    }
}
