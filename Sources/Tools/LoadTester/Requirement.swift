/// Something that a run must hold, such as `loss<0.1%`, `p99<=5ms`, `mos>4.2` or `misdelivered=0`: pure.
public struct Requirement: Equatable, Sendable {
    public enum Comparison: String, CaseIterable, Sendable {
        case less = "<"
        case atMost = "<="
        case equal = "="
        case atLeast = ">="
        case more = ">"

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .less: value < limit
            case .atMost: value <= limit
            case .equal: value == limit
            case .atLeast: value >= limit
            case .more: value > limit
            }
        }
    }

    public let metric: LoadMetric
    public let comparison: Comparison
    /// In the metric's own unit: percent, milliseconds, MiB.
    public let limit: Double
    /// As it was written, without white space.
    public let text: String

    /// What is wrong about a requirement as it was written, and what would be right.
    public struct Malformed: Error, Equatable, CustomStringConvertible, Sendable {
        public let description: String
    }

    /// What must hold in every run, asked for or not.
    public static let always: [Requirement] = [
        Requirement(metric: .misdelivered, comparison: .equal, limit: 0, text: "misdelivered=0"),
        Requirement(metric: .corrupt, comparison: .equal, limit: 0, text: "corrupt=0"),
    ]

    /// Reads `NAME COMPARISON NUMBER UNIT`; white space anywhere.
    public init(parsing raw: String) throws(Malformed) {
        let text = raw.filter { !$0.isWhitespace }
        guard let sign = text.firstIndex(where: { "<=>≤≥".contains($0) }) else {
            throw Malformed(
                description: "“\(raw)” compares nothing: write a name, one of < <= = >= >, and a limit, like loss<0.1%")
        }
        let name = String(text[..<sign])
        guard let metric = LoadMetric(rawValue: name.lowercased()) else {
            let names = LoadMetric.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(description: "“\(raw)”: there is no figure “\(name)”; there are \(names)")
        }
        let signs = text[sign...].prefix { "<=>≤≥".contains($0) }
        guard let comparison = Self.comparison(String(signs)) else {
            throw Malformed(description: "“\(raw)”: “\(signs)” compares nothing; write one of < <= = >= >")
        }
        limit = try Self.limit(text[signs.endIndex...], of: metric, raw)
        self.metric = metric
        self.comparison = comparison
        self.text = text
    }

    private init(metric: LoadMetric, comparison: Comparison, limit: Double, text: String) {
        self.metric = metric
        self.comparison = comparison
        self.limit = limit
        self.text = text
    }

    /// - Parameter value: nil where the run has no such figure, which holds nothing.
    public func holds(_ value: Double?) -> Bool {
        guard let value, !value.isNaN else { return false }
        return comparison.holds(value, limit)
    }

    private static func comparison(_ signs: String) -> Comparison? {
        switch signs {
        case "≤": .atMost
        case "≥": .atLeast
        case "==": .equal
        default: Comparison(rawValue: signs)
        }
    }

    private static func limit(
        _ text: Substring, of metric: LoadMetric, _ raw: String
    ) throws(Malformed) -> Double {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = text[digits.endIndex...]
        guard let number = Double(digits), number.isFinite else {
            throw Malformed(description: "“\(raw)”: “\(text)” does not begin with a number, 0 or more")
        }
        guard let unit = metric.unit.suffixes.first(where: { $0.name.lowercased() == suffix.lowercased() }) else {
            let units = metric.unit.suffixes.map { $0.name.isEmpty ? "nothing" : $0.name }.joined(separator: ", ")
            throw Malformed(
                description: "“\(raw)”: the limit of \(metric.rawValue) ends with \(units), not with “\(suffix)”")
        }
        return number * unit.factor
    }
}
