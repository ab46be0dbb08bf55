import Foundation
import LoadSupport
import Synchronization

/// Follows what a server on this machine takes, and what the machine itself has left: a sample a second.
final class ProcessWatch: Sendable {
    private struct State {
        var start: ContinuousClock.Instant
        var samples: [ServerMemory.Sample] = []
        var peakBytes = 0
        var ownPeakBytes = 0
    }

    /// Processor time until now, in seconds.
    struct Marks: Sendable {
        var server: Double?
        var own: Double
        var machine: MachineTime?
        var instant = ContinuousClock.now
    }

    /// The server's; nil where it is elsewhere.
    private let server: pid_t?
    private let state: Mutex<State>

    init(server: pid_t?) {
        self.server = server
        state = Mutex(State(start: .now))
    }

    /// Takes samples until cancelled.
    func run() async {
        while !Task.isCancelled {
            sample()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    func marks() -> Marks {
        Marks(
            server: server.map { ServerProcess.usage(of: "\($0)").processorSeconds },
            own: ServerProcess.ownUsage.processorSeconds, machine: MachineTime.now)
    }

    /// Nil where the server is elsewhere.
    var residentBytes: Int? {
        server.map { ServerProcess.usage(of: "\($0)").resident.bytes }
    }

    /// The most that this process held until now.
    var ownPeakBytes: Int { state.withLock { $0.ownPeakBytes } }

    /// - Parameters: what was found at those instants, by ``residentBytes``.
    func memory(start: Int, afterRamp: Int, end: Int) -> ServerMemory {
        state.withLock { state in
            ServerMemory(
                startBytes: start, afterRampBytes: afterRamp, endBytes: end,
                peakBytes: max(state.peakBytes, start, afterRamp, end), samples: Self.thinned(state.samples))
        }
    }

    private func sample() {
        let own = ServerProcess.ownUsage.resident.bytes
        let bytes = residentBytes
        state.withLock { state in
            state.ownPeakBytes = max(state.ownPeakBytes, own)
            guard let bytes else { return }
            state.peakBytes = max(state.peakBytes, bytes)
            let seconds = (ContinuousClock.now - state.start) / .seconds(1)
            state.samples.append(ServerMemory.Sample(seconds: (seconds * 10).rounded() / 10, bytes: bytes))
        }
    }

    /// 600 at most, evenly spaced; the last one is kept.
    static func thinned(_ samples: [ServerMemory.Sample]) -> [ServerMemory.Sample] {
        let step = (samples.count + samplesMax - 1) / samplesMax
        guard step > 1 else { return samples }
        return samples.enumerated().filter { ($0.offset + 1).isMultiple(of: step) || $0.offset == samples.count - 1 }
            .map(\.element)
    }

    private static let samplesMax = 600
}

/// What the machine's processors did since it was started, in ticks (`/proc/stat`, proc(5)).
struct MachineTime: Equatable, Sendable {
    var busy: UInt64
    var all: UInt64

    /// Nil where the kernel does not tell.
    static var now: MachineTime? {
        (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)).flatMap(MachineTime.init)
    }

    /// Pure: reads the line of all processors together.
    init?(_ text: String) {
        guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
        // user, nice, system, idle, iowait, irq, softirq, steal; what guests took is in user already.
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) }
        guard ticks.count == 8 else { return nil }
        all = ticks.reduce(0, +)
        busy = all - ticks[3] - ticks[4]
    }

    /// 0…1; nil if no time has passed.
    func share(since earlier: MachineTime) -> Double? {
        guard all > earlier.all else { return nil }
        return Double(busy - min(busy, earlier.busy)) / Double(all - earlier.all)
    }
}
