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
            for shape in options.shapes { figures.append(try await measure(shape, clients)) }
            if !options.levels.isEmpty { figures += try await measureLevels(clients) }
            let flood = options.measuresFlood ? try await measureFlood(clients) : nil
            let silence = options.measuresSilence ? try await measureSilence(clients) : nil
            await clients.shutDown()
            return RelayReport(options: options, shapes: figures, flood: flood, silence: silence)
        } catch {
            await clients.shutDown()
            throw error
        }
    }

    private func measureSilence(_ clients: LoadClients) async throws -> IdleVoiceReport {
        try await IdleVoiceBenchmark(
            sessionCount: 1_000, roomCount: 10_000, seconds: 15, serverProgram: serverProgram, workFolder: workFolder,
            serverProcessor: options.relayProcessor, generatorProcessor: options.generatorProcessor, say: say
        ).run(clients)
    }

    private func measureFlood(_ clients: LoadClients) async throws -> FloodReport {
        try await FloodBenchmark(benchmark: self, rounds: options.rounds, seconds: options.seconds).run(clients)
    }

    // MARK: Rounds

    private typealias Servers = [RelayContender: ServedRelay]

    /// A server for each of Roomtone's ways of working that takes part, all their users at rest, while `body` runs.
    private func withServers<Result>(
        _ plan: SocketPlan, _ contenders: [RelayContender], _ clients: LoadClients,
        _ body: (Servers) async throws -> Result
    ) async throws -> Result {
        var servers: Servers = [:]
        do {
            for contender in contenders where !contender.isFloor {
                say("\(plan.shape.name): \(plan.shape.userCount) users get voice sessions for \(contender.rawValue)")
                servers[contender] = try await ServedRelay(
                    plan, takesBundles: contender == .roomtoneBundled, self, clients)
            }
            let result = try await body(servers)
            for server in servers.values { await server.stop() }
            return result
        } catch {
            for server in servers.values { await server.stop() }
            throw error
        }
    }

    private func plan(_ wanted: RelayShape) -> SocketPlan {
        SocketPlan(
            wanted, contenders: options.contenders, descriptorsMax: Self.descriptorsMax - Self.descriptorsReserve)
    }

    private func measure(_ wanted: RelayShape, _ clients: LoadClients) async throws -> RelayShapeFigures {
        let plan = plan(wanted)
        var rounds: [RelayRound] = []
        for pass in plan.passes {
            rounds += try await withServers(plan, pass, clients) { servers in
                try await measureRounds(plan.shape, plan, pass, servers)
            }
        }
        var figures = RelayShapeFigures(plan.shape, rounds: rounds)
        figures.wantedRooms = wanted.rooms
        figures.usersPerSocket = plan.usersPerSocket
        return figures
    }

    private func measureRounds(
        _ shape: RelayShape, _ plan: SocketPlan, _ contenders: [RelayContender], _ servers: Servers
    ) async throws -> [RelayRound] {
        var rounds: [RelayRound] = []
        for number in 1...options.rounds {
            var round = RelayRound()
            for contender in number.isMultiple(of: 2) ? contenders.reversed() : contenders {
                let sample = try await measure(contender, shape, plan, servers, seconds: options.seconds)
                say("\(shape.name), round \(number) of \(options.rounds): \(contender.rawValue) \(sample.text)")
                round.samples[contender] = sample
            }
            rounds.append(round)
        }
        return rounds
    }

    /// As many talkers as load the yardstick to each level, by tries of the same shape just before; all others carry the same.
    private func measureLevels(_ clients: LoadClients) async throws -> [RelayShapeFigures] {
        let plan = plan(.levels)
        let contenders = options.levelContenders
        guard let yardstick = contenders.first else { return [] }
        return try await withServers(plan, contenders, clients) { servers in
            var figures: [RelayShapeFigures] = []
            for level in options.levels {
                var loaded = plan.shape
                var calibration = LevelCalibration(
                    wanted: Double(level) / 100, guess: loaded.people * level / 100, talkersMax: loaded.people)
                while let talkers = calibration.next {
                    loaded.talkers = talkers
                    let sample = try await measure(yardstick, loaded, plan, servers, seconds: 1)
                    say("\(level) % of a core: \(talkers) talking: \(yardstick.rawValue) \(sample.text)")
                    calibration.note(share: sample.relayShare)
                }
                loaded.talkers = calibration.talkers
                loaded.name = "\(level) % of a core for \(yardstick.rawValue)"
                let rounds = try await measureRounds(loaded, plan, contenders, servers)
                figures.append(RelayShapeFigures(loaded, rounds: rounds))
            }
            return figures
        }
    }

    private func measure(
        _ contender: RelayContender, _ shape: RelayShape, _ plan: SocketPlan, _ servers: Servers, seconds: Int
    ) async throws -> RelaySample {
        if let server = servers[contender] {
            return try await server.stage.measure(
                talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: seconds)
        }
        let floor = try FloorProcess(
            floorProgram, isBundled: contender == .floorBundled, processor: options.relayProcessor)
        defer { floor.stop() }
        let stage = try await floorStage(floor, shape, usersPerSocket: plan.usersPerSocket)
        let sample = try await stage.measure(
            talkers: shape.talkers, warmUpSeconds: options.warmUpSeconds, seconds: seconds)
        await stage.stop()
        return sample
    }

    // MARK: Users

    private func floorStage(_ floor: FloorProcess, _ shape: RelayShape, usersPerSocket: Int) async throws -> RelayStage
    {
        let configuration = engineConfiguration(shape, .floor)
        let engine = try SpeakerEngine(configuration)
        var sockets = SharedSockets(configuration, usersPerSocket: usersPerSocket)
        var rooms: [RelayStage.Room] = []
        for room in 0..<shape.rooms {
            var users: RelayStage.Room = []
            for person in 0..<shape.people {
                let client = UInt16(room * shape.people + person)
                var user = SpeakerUser(.floor(client: client, room: UInt16(room)), server: floor.address)
                seat(&user, room: room, person: person, shape)
                user.socket = try sockets.socket(room: room, person: person, server: floor.address)
                users.append(try engine.add(user))
            }
            rooms.append(users)
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
