/// How the tester itself fared in one phase.
public struct GeneratorFigures: Codable, Equatable, Sendable {
    /// Processors that this process kept busy.
    public var processors = 0.0
    public var residentBytesPeak = 0
    /// Of the busiest voice thread: how much of the time it had something to do, 0…1.
    public var threadBusy = 0.0
    public var framesSent = 0
    /// Frames that left more than the deadline after their time.
    public var deadlinesMissed = 0
    /// Frames that were not sent at all because the tester had stood still.
    public var framesSkipped = 0
    /// Datagrams that the kernel did not take.
    public var sendsFailed = 0
    public var datagramsReceived = 0
    /// Datagrams that the kernel threw away because the tester read too slowly.
    public var socketDrops = 0
    /// How long after their time frames left.
    public var lateness = Percentiles()
    /// Of this machine's processors, how many were busy, 0…1; nil where unknown.
    public var machineBusy: Double?

    public init() {}
}

/// A way in which the tester was the bottleneck.
public struct GeneratorLimit: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case socketDrops, framesSkipped, deadlinesMissed, sendsFailed, threadBusy, machineBusy
    }

    public var kind: Kind
    public var phase: String
    /// For people: what was found, and from where on it counts.
    public var text: String
}

extension GeneratorLimit {
    // From where on what a run found is no longer the server's (documented in `Documentation/LoadTesting.md`).

    /// Frames that left late, of all: that many cannot move a 99th percentile by more than its neighbours.
    static let deadlinesMissedShareMax = 0.01
    static let sendsFailedShareMax = 0.0001
    /// A thread that has less than a tenth of its time left waits for itself.
    static let threadBusyMax = 0.9
    /// Nobody measures anything on a machine without time left, if it is the tester that takes it.
    static let machineBusyMax = 0.97
    static let machineShareMax = 0.5

    /// Which limits a phase ran into: pure.
    /// - Parameters:
    ///   - processorCount: of this machine.
    ///   - deadlineMilliseconds: past which frames left late.
    static func found(
        in figures: GeneratorFigures, phase: String, processorCount: Int, deadlineMilliseconds: Double
    ) -> [GeneratorLimit] {
        var limits: [GeneratorLimit] = []
        func limit(_ kind: Kind, _ text: String) {
            limits.append(GeneratorLimit(kind: kind, phase: phase, text: text))
        }
        if figures.socketDrops > 0 {
            limit(.socketDrops, "its sockets overflowed: \(figures.socketDrops) datagrams were lost here (0 allowed)")
        }
        if figures.framesSkipped > 0 {
            limit(.framesSkipped, "it stood still and left out \(figures.framesSkipped) frames (0 allowed)")
        }
        if share(figures.deadlinesMissed, figures.framesSent) > deadlinesMissedShareMax {
            let percent = FigureText.percent(share(figures.deadlinesMissed, figures.framesSent))
            limit(
                .deadlinesMissed,
                "\(percent) of its frames left more than \(FigureText.number(deadlineMilliseconds)) ms late (1% allowed)"
            )
        }
        if share(figures.sendsFailed, figures.framesSent) > sendsFailedShareMax {
            limit(.sendsFailed, "the kernel did not take \(figures.sendsFailed) of its datagrams (0.01% allowed)")
        }
        if figures.threadBusy > threadBusyMax {
            limit(
                .threadBusy,
                "a voice thread was busy \(FigureText.percent(figures.threadBusy)) of the time (90% allowed)")
        }
        let share = figures.processors / Double(max(1, processorCount))
        if let busy = figures.machineBusy, busy > machineBusyMax, share > machineShareMax {
            limit(
                .machineBusy,
                "this machine was \(FigureText.percent(busy)) busy, \(FigureText.percent(share)) with the tester "
                    + "(97%, half of it allowed)")
        }
        return limits
    }

    private static func share(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
}
