import Foundation
import LoadSupport
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
            for shape in options.shapes {
                figures += try await withServers(shape, clients) { servers, shape in [try await measure(shape, servers)]
                }
            }
            if !options.levels.isEmpty {
                figures += try await withServers(.levels, clients) { servers, shape in
                    try await measureLevels(shape, servers)
                }
            }
            let silence = options.measuresSilence ? try await measureSilence(clients) : nil
            await clients.shutDown()
            return RelayReport(options: options, shapes: figures, silence: silence)
        } catch {
            await clients.shutDown()
            throw error
        }
    }

    private func measureSilence(_ clients: LoadClients) async throws -> IdleVoiceReport {
        try await IdleVoiceBenchmark(
            sessionCount: 1_000, roomCount: 10_000, seconds: 20, serverProgram: serverProgram, workFolder: workFolder,
            say: say
        ).run(clients)
    }

    // MARK: Rounds

    private typealias Servers = [RelayContender: ServedRelay]

    /// A server for each of Roomtone's ways of working, all their users at rest, while `body` runs.
    private func withServers(
        _ wanted: RelayShape, _ clients: LoadClients,
        _ body: (Servers, _ fitting: RelayShape) async throws -> [RelayShapeFigures]
    ) async throws -> [RelayShapeFigures] {
        let served = options.contenders.filter { !$0.isFloor }
        // A control connection and a voice socket for each server's user, a socket for the yardstick's.
        let shape = wanted.fitting(
            descriptorsMax: Self.descriptorsMax, perUser: 2 * served.count + 1, reserve: Self.descriptorsReserve)
        var servers: Servers = [:]
        do {
            for contender in served {
                say("\(shape.name): \(shape.userCount) users get voice sessions for \(contender.rawValue)")
                servers[contender] = try await ServedRelay(
                    shape, takesBundles: contender == .roomtoneBundled, self, clients)
            }
            var figures = try await body(servers, shape)
            for index in figures.indices { figures[index].wantedRooms = wanted.rooms }
            for server in servers.values { await server.stop() }
            return figures
        } catch {
            for server in servers.values { await server.stop() }
            throw error
        }
    }

    private func measure(_ shape: RelayShape, _ servers: Servers) async throws -> RelayShapeFigures {
        var rounds: [RelayRound] = []
        for number in 1...options.rounds {
            let order = number.isMultiple(of: 2) ? options.contenders.reversed() : options.contenders
            var round = RelayRound()
            for contender in order {
                let sample = try await measure(contender, shape, servers, seconds: options.seconds)
                say("\(shape.name), round \(number) of \(options.rounds): \(contender.rawValue) \(sample.text)")
                round.samples[contender] = sample
            }
            rounds.append(round)
        }
        return RelayShapeFigures(shape, rounds: rounds)
    }

    /// As many talkers as load the first of Roomtone's ways of working to each level; the yardstick carries the same.
    private func measureLevels(_ shape: RelayShape, _ servers: Servers) async throws -> [RelayShapeFigures] {
        guard let contender = options.contenders.first(where: { !$0.isFloor }) else { return [] }
        var trial = shape
        trial.talkers = shape.people / 4
        let cost = try await measure(contender, trial, servers, seconds: 2).microsecondsPerDelivery
        var figures: [RelayShapeFigures] = []
        for level in options.levels {
            var loaded = shape
            loaded.talkers = shape.talkers(forDeliveriesPerSecond: Double(level) * 10_000 / max(0.01, cost))
            loaded.name = "\(level) % of a core"
            figures.append(try await measure(loaded, servers))
        }
        return figures
    }

    private func measure(_ contender: RelayContender, _ shape: RelayShape, _ servers: Servers, seconds: Int)
        async throws -> RelaySample
    {
        if let server = servers[contender] {
            return try await server.stage.measure(
                talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: seconds)
        }
        let floor = try FloorProcess(
            floorProgram, isBundled: contender == .floorBundled, processor: options.relayProcessor)
        defer { floor.stop() }
        let stage = try await floorStage(floor, shape)
        let sample = try await stage.measure(
            talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: seconds)
        await stage.stop()
        return sample
    }

    // MARK: Users

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
            engine: engine, users: rooms, relay: floor.identifier, frameMilliseconds: shape.frameMilliseconds,
            spins: options.generatorProcessor != nil)
    }

    /// Whether somebody may talk, and when in the beat: all talkers at even distances, if it is known how many there are.
    func seat(_ user: inout SpeakerUser, room: Int, person: Int, _ shape: RelayShape) {
        user.mayTalk = person < shape.talkers
        guard user.mayTalk, !shape.talkersVary else { return }
        user.phase = Double(person * shape.rooms + room) / Double(shape.talkers * shape.rooms)
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

    /// What is open besides users' sockets.
    private static let descriptorsReserve = 500

    /// What this process may have open (getrlimit(2)).
    private static var descriptorsMax: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
