import CAllocationCount

/// What single steps of a packet's way cost, and what they take from the heap, which must be nothing.
///
/// Steps take turns, round after round: a machine that drifts does so for all of them. Medians of the rounds count.
public struct MicroBenchmark: Sendable {
    /// Of each step, in one round.
    static let operationsPerTurn = 20_000

    private let rounds: Int

    /// - Parameter rounds: one at least.
    public init(rounds: Int) { self.rounds = max(1, rounds) }

    /// Blocks for some seconds.
    public func run() -> MicroReport {
        var turns = [[MicroTurn]](repeating: [], count: MicroStep.allCases.count)
        // The first round finds caches cold and is not counted.
        for round in 0...rounds {
            for (index, step) in MicroStep.allCases.enumerated() {
                let turn = step.turn(operations: Self.operationsPerTurn)
                if round > 0 { turns[index].append(turn) }
            }
        }
        let figures = zip(MicroStep.allCases, turns).map { step, turns in
            MicroFigures(
                step: step, nanoseconds: Spread(turns.map(\.nanosecondsPerOperation)),
                allocations: turns.reduce(0) { $0 + $1.allocations }, operations: turns.count * Self.operationsPerTurn)
        }
        return MicroReport(figures: figures, countsAllocations: Self.countsAllocations)
    }

    /// Whether an allocation is counted at all: a counter that cannot count finds nothing anywhere.
    private static var countsAllocations: Bool {
        let before = allocation_count()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8)
        opaque(memory)
        memory.deallocate()
        return allocation_count() > before
    }
}

/// What is measured.
public enum MicroStep: String, Codable, CaseIterable, Sendable {
    case writeHeader = "write a header"
    case parseHeader = "parse a header"
    case seal = "seal 80 bytes"
    case open = "open 80 bytes"
    case ring = "push into and pop from a ring"
    case route = "open, route and seal one frame for 49"
}

/// One step's share of a round.
struct MicroTurn {
    var nanosecondsPerOperation: Double
    var allocations: UInt64
}

/// One step over all rounds.
public struct MicroFigures: Codable, Sendable {
    public var step: MicroStep
    public var nanoseconds: Spread
    /// From the heap, in all operations together.
    public var allocations: UInt64
    public var operations: Int
}

/// What the benchmark found. Encodes to JSON as it is.
public struct MicroReport: Codable, Sendable {
    public var figures: [MicroFigures]
    /// False: the counts of allocations mean nothing.
    public var countsAllocations: Bool

    /// Nothing was allocated, and it would have been noticed.
    public var isClean: Bool { countsAllocations && figures.allSatisfy { $0.allocations == 0 } }

    /// For people.
    public var text: String {
        let lines = figures.map { figure in
            let name = figure.step.rawValue
            return name + String(repeating: " ", count: max(1, 40 - name.count)) + figure.nanoseconds.text(1)
                + " ns, \(figure.allocations) allocations in \(figure.operations)"
        }
        let counter = countsAllocations ? [] : ["! allocations cannot be counted in this build"]
        return (lines + counter).joined(separator: "\n")
    }
}

/// Something that the optimiser does not look into.
@inline(never)
func opaque<Value>(_ value: Value) {}
