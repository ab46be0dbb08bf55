/// One metric with all its samples, as Prometheus sees it: pure.
public struct MetricFamily: Sendable, Equatable {
    public enum Kind: String, Sendable { case counter, gauge, histogram, summary }

    public struct Label: Sendable, Equatable, Hashable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public struct Sample: Sendable, Equatable {
        /// Behind the family's name: `_bucket`, `_sum`, `_count`, or nothing.
        public var suffix = ""
        public var labels: [Label]
        public var value: Double

        public init(_ value: Double, labels: [Label] = [], suffix: String = "") {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }
    }

    /// Letters, digits and underscores, no digit first; a counter's ends in `_total`.
    public let name: String
    public let help: String
    public let kind: Kind
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

extension MetricFamily {
    public static func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
        MetricFamily(name, .counter, help, [Sample(Double(value))])
    }

    public static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help, [Sample(value)])
    }

    public static func gauge(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
        gauge(name, help, Double(value))
    }

    /// - Parameters:
    ///   - limits: upper limits of the buckets but the last, which has none.
    ///   - counts: values in each bucket, one more than there are limits.
    public static func histogram(
        _ name: String, _ help: String, limits: [Double], counts: [UInt64], sum: Double
    ) -> MetricFamily {
        var total: UInt64 = 0
        var samples: [Sample] = []
        for (index, count) in counts.enumerated() {
            total += count
            let limit = index < limits.count ? MetricText.number(limits[index]) : "+Inf"
            samples.append(Sample(Double(total), labels: [Label("le", limit)], suffix: "_bucket"))
        }
        samples.append(Sample(sum, suffix: "_sum"))
        samples.append(Sample(Double(total), suffix: "_count"))
        return MetricFamily(name, .histogram, help, samples)
    }

    /// How often and how long in all.
    public static func summary(_ name: String, _ help: String, sum: Double, count: UInt64) -> MetricFamily {
        MetricFamily(name, .summary, help, [Sample(sum, suffix: "_sum"), Sample(Double(count), suffix: "_count")])
    }
}
