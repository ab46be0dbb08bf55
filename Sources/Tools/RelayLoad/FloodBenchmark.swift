import LoadSupport
import SyntheticSpeakers

/// What others notice of somebody who floods the relay with a valid key: rooms that talk, measured with the flood and without, in
/// alternating turns. All sessions are one relay thread's.
///
/// The server's limits on what a session may send are its defaults. The flood has a room of its own with listeners, to whom what it may
/// send goes.
struct FloodBenchmark: Sendable {
    let benchmark: RelayBenchmark
    let rounds: Int
    let seconds: Int

    /// Rooms that talk, and one more for the flood.
    static let shape = RelayShape(name: "flood", people: 10, talkers: 3, rooms: steadyRooms + 1)
    static let steadyRooms = 10

    func run(_ clients: LoadClients) async throws -> FloodReport {
        benchmark.say("flood: \(Self.shape.userCount) users get voice sessions")
        let scene = try await FloodScene(benchmark, clients)
        do {
            var turns = [[FloodSample]](repeating: [], count: FloodKind.allCases.count)
            for round in 1...rounds {
                let kinds = round.isMultiple(of: 2) ? FloodKind.allCases.reversed() : FloodKind.allCases
                for kind in kinds {
                    let sample = try await scene.measure(kind, seconds: seconds)
                    benchmark.say("flood, round \(round) of \(rounds): \(kind.text): \(sample.relay.text)")
                    turns[kind.rawValue].append(sample)
                }
            }
            await scene.stop()
            return FloodReport(turns)
        } catch {
            await scene.stop()
            throw error
        }
    }
}
