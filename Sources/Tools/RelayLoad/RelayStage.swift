import Glibc
import LoadSupport
import SyntheticSpeakers
import VoiceSocket

/// Users in their rooms at one relay, ready to be measured again and again. At rest it sends and reads nothing.
final class RelayStage: Sendable {
    /// Users of one room, talkers first.
    typealias Room = [SpeakerID]

    private let engine: SpeakerEngine
    private let rooms: [Room]
    private let relay: pid_t
    private let frameMilliseconds: Int

    /// How long users may take to be welcomed, all of them.
    private static let welcomeSecondsMax = 30

    /// Waits until everybody is welcomed, then rests.
    /// - Parameters:
    ///   - users: of each room, talkers first.
    ///   - relay: the process whose processor time counts.
    ///   - spins: whether the generator has a processor of its own, and looks for work without pause.
    init(
        engine: SpeakerEngine, users rooms: [Room], relay: pid_t, frameMilliseconds: Int, spins: Bool
    ) async throws {
        self.engine = engine
        self.rooms = rooms
        self.relay = relay
        self.frameMilliseconds = frameMilliseconds
        let count = rooms.reduce(0) { $0 + $1.count }
        for _ in 0..<(Self.welcomeSecondsMax * 50) where engine.establishedCount < count {
            try await Task.sleep(for: .milliseconds(20))
        }
        guard engine.establishedCount == count else {
            throw LoadError("only \(engine.establishedCount) of \(count) users were welcomed by the relay")
        }
        if spins { engine.setWaiting(.spinning) }
        engine.pause()
    }

    /// Lets talkers talk, and measures for some seconds after a while of warming up.
    /// - Parameter talkers: of each room.
    func measure(talkers: Int, warmUpSeconds: Double, seconds: Int) async throws -> RelaySample {
        engine.resume()
        let speaking = rooms.flatMap { $0.prefix(talkers) }
        for speaker in speaking { engine.setTalking(speaker, true) }
        try await Task.sleep(for: .seconds(warmUpSeconds))
        let clock = ContinuousClock()
        let machineBefore = ProcessorTime.machine
        let (before, start) = (ProcessorTime.seconds(of: relay), clock.now)
        engine.beginWindow()
        try await Task.sleep(for: .seconds(seconds))
        let (after, end) = (ProcessorTime.seconds(of: relay), clock.now)
        let machineAfter = ProcessorTime.machine
        guard after > 0, after >= before else { throw LoadError("the relay ended while it was measured") }
        let measurement = await engine.endWindow()
        for speaker in speaking { engine.setTalking(speaker, false) }
        // The last frames, which end talkspurts.
        try await Task.sleep(for: .milliseconds(2 * Int64(frameMilliseconds) + 50))
        engine.pause()
        return RelaySample(
            measurement, relayShare: (after - before) / (end - start).seconds,
            machineBusy: (machineAfter.busy - machineBefore.busy) / max(0.01, machineAfter.all - machineBefore.all))
    }

    func stop() async { await engine.stop() }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
