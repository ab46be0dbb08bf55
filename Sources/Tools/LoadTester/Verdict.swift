/// What became of a run's requirements, and so of the program's exit status: pure.
public enum Verdict: String, Codable, Equatable, Sendable {
    /// Everything that was required held.
    case passed
    /// Something did not hold.
    case failed
    /// The tester was itself the bottleneck: what it saw says nothing about the server.
    case inconclusive

    /// Documented in `Documentation/LoadTesting.md`.
    public var exitStatus: Int32 {
        switch self {
        case .passed: 0
        case .failed: 1
        case .inconclusive: 2
        }
    }

    /// What must not be is the server's doing whatever the tester's state: it never sends what was not sent to it.
    /// Everything else is judged only when the tester kept up.
    init(_ outcomes: [RequirementOutcome], limits: [GeneratorLimit]) {
        let faults: [LoadMetric] = [.misdelivered, .corrupt]
        if outcomes.contains(where: { faults.contains($0.metric) && !$0.holds }) {
            self = .failed
        } else if !limits.isEmpty {
            self = .inconclusive
        } else {
            self = outcomes.allSatisfy(\.holds) ? .passed : .failed
        }
    }
}

/// A requirement, and what was found.
public struct RequirementOutcome: Codable, Equatable, Sendable {
    public var requirement: String
    public var metric: LoadMetric
    /// In the metric's unit; nil where the run has no such figure.
    public var found: Double?
    public var holds: Bool

    init(_ requirement: Requirement, found: Double?) {
        self.requirement = requirement.text
        metric = requirement.metric
        self.found = found
        holds = requirement.holds(found)
    }
}
