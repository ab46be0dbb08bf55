/// Which field of a line is wrong, and how.
struct FieldFailure: Error {
    enum Problem {
        case missing(StaticString)
        case wrongType
        /// Of the right type, but out of range or not one of the known words.
        case notAllowed
        case unknownVariant(String)
    }

    let problem: Problem
    /// From the outermost name to the value, built on the way out: a line that is right pays nothing for it.
    private(set) var path = ""

    init(_ problem: Problem) { self.problem = problem }

    func under(_ name: some StringProtocol) -> FieldFailure {
        var failure = self
        // An index follows its list without a point.
        failure.path = path.isEmpty || path.hasPrefix("[") ? "\(name)\(path)" : "\(name).\(path)"
        return failure
    }

    func at(_ index: Int) -> FieldFailure { under("[\(index)]") }

    var text: String {
        switch problem {
        case .missing(let name): "field “\(name)” is missing\(path.isEmpty ? "" : " in \(path)")"
        case .wrongType: "\(path) has the wrong type"
        case .notAllowed: "\(path) has a value that is not allowed"
        case .unknownVariant(let name): "unknown variant \(name)"
        }
    }
}
