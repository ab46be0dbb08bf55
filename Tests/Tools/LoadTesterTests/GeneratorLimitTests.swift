import Testing

@testable import LoadTester

@Suite("The tester says when it was itself the bottleneck")
struct GeneratorLimitTests {
    @Test("not as long as it keeps up, at each limit")
    func atTheLimit() {
        #expect(Self.found { _ in }.isEmpty)
        #expect(Self.found { $0.deadlinesMissed = 1_000 }.isEmpty)
        #expect(Self.found { $0.sendsFailed = 10 }.isEmpty)
        #expect(Self.found { $0.threadBusy = 0.9 }.isEmpty)
        #expect(Self.found(busy: 0.97, processors: 1.5).isEmpty)
        #expect(Self.found(busy: 1, processors: 1).isEmpty)
    }

    @Test("one past each limit")
    func pastTheLimit() {
        #expect(Self.found { $0.socketDrops = 1 } == [.socketDrops])
        #expect(Self.found { $0.framesSkipped = 1 } == [.framesSkipped])
        #expect(Self.found { $0.deadlinesMissed = 1_001 } == [.deadlinesMissed])
        #expect(Self.found { $0.sendsFailed = 11 } == [.sendsFailed])
        #expect(Self.found { $0.threadBusy = 0.901 } == [.threadBusy])
        #expect(Self.found(busy: 0.98, processors: 1.01) == [.machineBusy])
    }

    @Test("a simulated network that loses or delays more than it was told to")
    func path() {
        var figures = SimulatedPath.Figures(passedCount: 1_000, lateCount: 10, droppedCount: 0)
        #expect(GeneratorLimit.found(in: figures, phase: "load").isEmpty)
        figures.lateCount = 11
        #expect(GeneratorLimit.found(in: figures, phase: "load").map(\.kind) == [.deadlinesMissed])
        figures = SimulatedPath.Figures(passedCount: 1_000, lateCount: 0, droppedCount: 1)
        #expect(GeneratorLimit.found(in: figures, phase: "load").map(\.kind) == [.socketDrops])
    }

    @Test("then nothing is said about the server, except what no slow tester makes up")
    func verdicts() throws {
        let limit = GeneratorLimit(kind: .socketDrops, phase: "load", text: "")
        let (fine, broken) = (try Self.outcome("p99<5ms", 4), try Self.outcome("p99<5ms", 6))
        let (clean, foul) = (try Self.outcome("misdelivered=0", 0), try Self.outcome("misdelivered=0", 1))
        #expect(Verdict([clean, fine], limits: []) == .passed)
        #expect(Verdict([clean, broken], limits: []) == .failed)
        #expect(Verdict([clean, fine], limits: [limit]) == .inconclusive)
        #expect(Verdict([clean, broken], limits: [limit]) == .inconclusive)
        #expect(Verdict([foul, fine], limits: [limit]) == .failed)
        #expect(Set([Verdict.passed, .failed, .inconclusive].map(\.exitStatus)) == [0, 1, 2])
    }

    private static func found(busy: Double, processors: Double) -> [GeneratorLimit.Kind] {
        found {
            $0.machineBusy = busy
            $0.processors = processors
        }
    }

    /// 100,000 frames sent on two processors by a tester that is not busy, but for what `change` makes of it.
    private static func found(_ change: (inout GeneratorFigures) -> Void) -> [GeneratorLimit.Kind] {
        var figures = GeneratorFigures()
        figures.framesSent = 100_000
        figures.processors = 0.5
        change(&figures)
        return GeneratorLimit.found(in: figures, phase: "load", processorCount: 2, deadlineMilliseconds: 2).map(\.kind)
    }

    private static func outcome(_ text: String, _ found: Double) throws -> RequirementOutcome {
        RequirementOutcome(try Requirement(parsing: text), found: found)
    }
}
