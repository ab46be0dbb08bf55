import Foundation
import LoadSupport
import NIOCore
import SyntheticSpeakers

/// Runs everything that `roomtone-load relay` measures: for each shape rounds in which all contenders take turns.
public struct RelayBenchmark: Sendable {
    let options: RelayBenchmarkOptions
    let serverProgram: String
    let floorProgram: String
    /// Data directories of this run; removed by whoever made the folder.
    let workFolder: URL
    let say: @Sendable (String) -> Void

    /// - Parameter say: what goes on, for people who wait.
    public init(
        _ options: RelayBenchmarkOptions, serverProgram: String, floorProgram: String, workFolder: String,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.serverProgram = serverProgram
        self.floorProgram = floorProgram
        self.workFolder = URL(filePath: workFolder)
        self.say = say
    }

    public func run() async throws -> RelayReport {
        let clients = try LoadClients()
        do {
            var figures: [RelayShapeFigures] = []
            for shape in options.shapes { figures.append(try await measure(shape, clients)) }
            await clients.shutDown()
            return RelayReport(options: options, shapes: figures)
        } catch {
            await clients.shutDown()
            throw error
        }
    }

    private func measure(_ wanted: RelayShape, _ clients: LoadClients) async throws -> RelayShapeFigures {
        let shape = wanted.fitting(
            descriptorsMax: Self.descriptorsMax, perUser: Self.descriptorsPerUser, reserve: Self.descriptorsReserve)
        say("\(shape.name): \(shape.userCount) users get their voice sessions")
        let server = try await ServedRelay(shape, self, clients)
        var rounds: [RelayRound] = []
        do {
            for number in 1...options.rounds {
                let order = number.isMultiple(of: 2) ? options.contenders.reversed() : options.contenders
                var round = RelayRound()
                for contender in order {
                    let sample = try await measure(contender, shape, server)
                    say("\(shape.name), round \(number) of \(options.rounds): \(contender.rawValue) \(sample.text)")
                    round.samples[contender] = sample
                }
                rounds.append(round)
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
        return RelayShapeFigures(wanted: wanted, measured: shape, rounds: rounds)
    }

    private func measure(
        _ contender: RelayContender, _ shape: RelayShape, _ server: ServedRelay
    ) async throws -> RelaySample {
        guard contender.isFloor else {
            return try await server.stage.measure(
                talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: options.seconds)
        }
        let floor = try FloorProcess(
            floorProgram, isBundled: contender == .floorBundled, processor: options.relayProcessor)
        defer { floor.stop() }
        let stage = try await floorStage(floor, shape)
        let sample = try await stage.measure(
            talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: options.seconds)
        await stage.stop()
        return sample
    }

    private func floorStage(_ floor: FloorProcess, _ shape: RelayShape) async throws -> RelayStage {
        let engine = try SpeakerEngine(engineConfiguration(shape, .floor))
        let rooms = try (0..<shape.rooms).map { room in
            try (0..<shape.people).map { person in
                let client = UInt16(room * shape.people + person)
                var user = SpeakerUser(.floor(client: client, room: UInt16(room)), server: floor.address)
                seat(&user, room: room, person: person, shape)
                return try engine.add(user)
            }
        }
        return try await RelayStage(
            engine: engine, users: rooms, relay: floor.identifier, frameMilliseconds: shape.frameMilliseconds)
    }

    /// Whether somebody may talk, and when in the beat: all talkers at even distances.
    func seat(_ user: inout SpeakerUser, room: Int, person: Int, _ shape: RelayShape) {
        user.mayTalk = person < shape.talkers
        user.phase = Double(person * shape.rooms + room) / Double(shape.talkers * shape.rooms)
        if !user.mayTalk { user.phase = nil }
    }

    func engineConfiguration(_ shape: RelayShape, _ wire: SpeakerWire) -> SpeakerEngineConfiguration {
        var configuration = SpeakerEngineConfiguration()
        configuration.name = "generator"
        configuration.wire = wire
        configuration.speech = SpeechTable(byteCount: options.frameBytes)
        configuration.frameDuration = .milliseconds(shape.frameMilliseconds)
        configuration.usersMax = shape.userCount
        configuration.roomsMax = shape.rooms
        configuration.processor = options.generatorProcessor
        return configuration
    }

    /// A control connection, a voice socket, and one at the yardstick.
    private static let descriptorsPerUser = 3
    private static let descriptorsReserve = 500

    /// What this process may have open (getrlimit(2)).
    private static var descriptorsMax: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
