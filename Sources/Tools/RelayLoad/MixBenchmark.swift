import Foundation
import LoadSupport
import SyntheticSpeakers

/// What mixing costs: a crowd that all talks, a lecture, rooms in which nobody talks, and what others notice of it.
///
/// Each scene is a server of its own on processor 0, with its default settings but for limits; the generator is on processor 1.
/// Talkers send Opus packets of speech-like sound without their level, and the relay hands all of them to the mixer.
public struct MixBenchmark: Sendable {
    /// Seconds of each measurement.
    let seconds: Int
    /// Of the comparison with a room beside.
    let rounds: Int
    /// 1,000 in the documented run.
    let silentRooms: Int
    let speech: SpeechTable
    let serverProgram: String
    let workFolder: URL
    let say: @Sendable (String) -> Void

    static let delayTimes = 20
    static let crowd = RelayShape(name: "crowd", people: 50, talkers: 50)
    static let lecture = RelayShape(name: "lecture", people: 203, talkers: 3)
    static let beside = RelayShape(name: "beside", people: 10, talkers: 3, rooms: 10)

    public init(
        seconds: Int, rounds: Int, silentRooms: Int, speech: SpeechTable, serverProgram: String, workFolder: String,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.seconds = seconds
        self.rounds = rounds
        self.silentRooms = silentRooms
        self.speech = speech
        self.serverProgram = serverProgram
        self.workFolder = URL(filePath: workFolder)
        self.say = say
    }

    public func run() async throws -> MixReport {
        let clients = try LoadClients()
        do {
            let crowd = try await talk(Self.crowd, clients)
            let lecture = try await talk(Self.lecture, clients)
            let silence = try await rest(isMixed: true, clients)
            let forwardedSilence = try await rest(isMixed: false, clients)
            let turns = try await compare(clients)
            say(
                "one who begins to speak \(Self.delayTimes) times, heard by one who is forwarded and one who gets the mix"
            )
            let delay = try await MixDelayScene.measure(times: Self.delayTimes, self, clients)
            await clients.shutDown()
            return MixReport(
                seconds: seconds, silentRooms: silentRooms, crowd: crowd, lecture: lecture, silence: silence,
                forwardedSilence: forwardedSilence, quietP50: turns.map { $0.quiet.latency.p50 },
                mixedP50: turns.map { $0.mixed.latency.p50 }, quietP99: turns.map { $0.quiet.latency.p99 },
                mixedP99: turns.map { $0.mixed.latency.p99 }, lost: turns.reduce(0) { $0 + $1.mixed.lost },
                delay: delay)
        } catch {
            await clients.shutDown()
            throw error
        }
    }

    private func talk(_ shape: RelayShape, _ clients: LoadClients) async throws -> MixSample {
        say("\(shape.name): \(shape.people) people, \(shape.talkers) of them talk")
        let scene = try await MixScene(shape, speech: speech, self, clients)
        scene.setTalking(true)
        try await Task.sleep(for: .seconds(2))
        let sample = try await scene.measure(seconds: seconds)
        await scene.stop()
        say(sample.text)
        return sample
    }

    private func rest(isMixed: Bool, _ clients: LoadClients) async throws -> MixSample {
        let shape = RelayShape(name: "silent", people: 2, talkers: 1, rooms: silentRooms)
        say("\(silentRooms) silent rooms of two, \(isMixed ? "mixed" : "forwarded")")
        let scene = try await MixScene(shape, isMixed: isMixed, speech: speech, self, clients)
        // For what follows logins to be over.
        try await Task.sleep(for: .seconds(5))
        let sample = try await scene.measure(seconds: seconds)
        await scene.stop()
        say(sample.text)
        return sample
    }

    /// Rooms that are forwarded, with the crowd beside them silent and talking, in alternating turns.
    private func compare(_ clients: LoadClients) async throws -> [(quiet: RelaySample, mixed: RelaySample)] {
        say("\(Self.beside.rooms) forwarded rooms beside a mixed crowd, \(rounds) rounds")
        let scene = try await MixScene(Self.crowd, beside: Self.beside, speech: speech, self, clients)
        guard let stage = scene.forwarded else { return [] }
        var turns: [(quiet: RelaySample, mixed: RelaySample)] = []
        for round in 1...rounds {
            var samples: [Bool: RelaySample] = [:]
            for isTalking in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                scene.setTalking(isTalking)
                samples[isTalking] = try await stage.measure(
                    talkers: Self.beside.talkers, warmUpSeconds: 1, seconds: min(seconds, 4))
            }
            if let quiet = samples[false], let mixed = samples[true] {
                say("round \(round): silent beside \(quiet.text); mixed beside \(mixed.text)")
                turns.append((quiet, mixed))
            }
        }
        await scene.stop()
        return turns
    }
}
