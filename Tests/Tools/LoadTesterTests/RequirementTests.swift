import Testing

@testable import LoadTester

@Suite("A requirement is read as it is written, or refused with what would be right")
struct RequirementTests {
    @Test(
        "every comparison, and every unit as the metric's own",
        arguments: [
            ("loss<0.1%", LoadMetric.loss, Requirement.Comparison.less, 0.1),
            ("p99<5ms", .p99, .less, 5), ("p99.9<=500us", .p999, .atMost, 0.5), ("max ≤ 1 s", .max, .atMost, 1_000),
            ("p50<80µs", .p50, .less, 0.08), ("mos>4.2", .mos, .more, 4.2), ("mos ≥ 4", .mos, .atLeast, 4),
            ("misdelivered=0", .misdelivered, .equal, 0), ("corrupt==0", .corrupt, .equal, 0),
            ("churn-ratio<=1.2x", .churnRatio, .atMost, 1.2), ("churn-ratio<1.2", .churnRatio, .less, 1.2),
            ("memory-growth<2MiB", .memoryGrowth, .less, 2), ("server-memory<1GiB", .serverMemory, .less, 1_024),
            ("memory-growth<512KiB", .memoryGrowth, .less, 0.5), ("P90<1MS", .p90, .less, 1),
        ])
    func read(text: String, metric: LoadMetric, comparison: Requirement.Comparison, limit: Double) throws {
        let requirement = try Requirement(parsing: text)
        #expect(requirement.metric == metric)
        #expect(requirement.comparison == comparison)
        #expect(abs(requirement.limit - limit) < 1e-9)
        #expect(requirement.text == text.filter { !$0.isWhitespace })
    }

    @Test(
        "what is wrong is named, with what would be right",
        arguments: [
            ("loss", "compares nothing"), ("", "compares nothing"), ("latency<5ms", "there is no figure “latency”"),
            ("p99<5", "ends with ms, us, µs, s, not with “”"), ("loss<0.1", "ends with %"),
            ("mos>4.2ms", "ends with nothing"), ("p99<ms", "does not begin with a number"),
            ("p99<-1ms", "does not begin with a number"), ("p99<>5ms", "“<>” compares nothing"),
            ("p99<1.2.3ms", "does not begin with a number"), ("p99<5ms ms", "not with “msms”"),
            ("<5ms", "there is no figure “”"),
        ])
    func refused(text: String, words: String) {
        let error = #expect(throws: Requirement.Malformed.self) { try Requirement(parsing: text) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test("at the limit and past it")
    func limits() throws {
        func holds(_ text: String, _ value: Double?) throws -> Bool { try Requirement(parsing: text).holds(value) }
        #expect(try !holds("p99<5ms", 5))
        #expect(try holds("p99<5ms", 4.999))
        #expect(try holds("p99<=5ms", 5))
        #expect(try !holds("p99<=5ms", 5.001))
        #expect(try !holds("mos>4.2", 4.2))
        #expect(try holds("mos>=4.2", 4.2))
        #expect(try holds("misdelivered=0", 0))
        #expect(try !holds("misdelivered=0", 1))
    }

    @Test("a figure that is not known holds nothing")
    func unknown() throws {
        for text in ["p99<5ms", "p99>=0ms", "misdelivered=0"] {
            #expect(try !Requirement(parsing: text).holds(nil))
            #expect(try !Requirement(parsing: text).holds(.nan))
        }
    }

    @Test("every figure has a name that can be required")
    func names() throws {
        for metric in LoadMetric.allCases {
            let suffix = metric.unit.suffixes[0].name
            #expect(try Requirement(parsing: "\(metric.rawValue)>=0\(suffix)").metric == metric)
            #expect(!metric.meaning.isEmpty)
        }
    }
}
