import ControlWire
import LoadSupport
import NIOCore
import SyntheticSpeakers

// What a run asks of the loop, in values that can leave it.
extension LoadClients {
    /// Logs the person with that number in, if they are not.
    func comes(_ number: Int, _ crowd: NIOLoopBound<Crowd>) async throws { _ = try await person(number, crowd) }

    /// From now on the steady rooms talk, until everybody stands up.
    func converse(_ plan: LoadPlan, _ crowd: NIOLoopBound<Crowd>) {
        let conversations = Conversations(plan, crowd.value)
        crowd.value.conversations = conversations
        conversations.begin(on: loop)
    }

    func makeChurn(
        _ plan: LoadPlan, engine: SpeakerEngine, path: SimulatedPath?, _ crowd: NIOLoopBound<Crowd>
    ) -> NIOLoopBound<Churn> {
        NIOLoopBound(Churn(plan, engine: engine, path: path, crowd), eventLoop: loop)
    }

    func report(of churn: NIOLoopBound<Churn>) -> ChurnReport { churn.value.takeReport() }

    func roomNumbers(_ crowd: NIOLoopBound<Crowd>) -> [UInt16: UInt64] { crowd.value.roomNumbers }

    /// Steady users whose connection or voice session ended by itself.
    func lostSessionCount(_ plan: LoadPlan, _ crowd: NIOLoopBound<Crowd>) -> Int {
        let crowd = crowd.value
        return (0..<plan.steadyCount).count { number in
            let isInVoice = crowd.seats[number].map { $0.engine.status(of: $0.speaker) == .established } ?? false
            return !isInVoice || crowd.people[number]?.connection.isLost ?? true
        }
    }

    func remarks(_ crowd: NIOLoopBound<Crowd>) -> [String] {
        let seconds = crowd.value.waited / .seconds(1)
        guard seconds >= 1 else { return [] }
        return ["the server's limits made arrivals wait \(FigureText.number(seconds)) s in all"]
    }

    /// Ends the conversations.
    func fallSilent(_ crowd: NIOLoopBound<Crowd>) {
        crowd.value.conversations?.end()
        crowd.value.conversations = nil
    }

    /// Takes everybody out of their rooms; their voice has ended.
    func standUp(_ bound: NIOLoopBound<Crowd>) async {
        let crowd = bound.value
        for (number, seat) in crowd.seats {
            guard let person = crowd.people[number], !person.connection.isLost else { continue }
            _ = try? await insist(person.connection, crowd) { .leave(roomID: seat.room) }
        }
        crowd.seats = [:]
    }
}
