import LockFree
import Testing

@testable import SyntheticSpeakers

@Suite("A relay that cheats is found out")
struct CheatingRelayTests {
    @Test("each misdeed is counted under its own cause, as often as it was done", .timeLimit(.minutes(1)))
    func misdeeds() async throws {
        let relay = try CheatingRelay()
        let thread = try relay.start()
        var configuration = SpeakerEngineConfiguration()
        configuration.wire = .floor
        configuration.usersMax = 3
        configuration.frameDuration = .milliseconds(5)
        let engine = try SpeakerEngine(configuration)
        let rooms: [UInt16] = [0, 0, 1]
        let speakers = try rooms.enumerated().map { client, room in
            try engine.add(SpeakerUser(.floor(client: UInt16(client), room: room), server: relay.address))
        }
        while engine.establishedCount < 3 { await Task.yield() }
        engine.setTalking(speakers[0], true)
        while relay.count(.dropped) < 20 { await Task.yield() }
        engine.setTalking(speakers[0], false)
        // What is under way arrives in the first window, the talkspurt's last frame may leave in the second.
        var counts = await engine.endWindow(grace: .seconds(1)).counts
        counts.add(await engine.endWindow(grace: .seconds(1)).counts)
        await engine.stop()
        relay.stop()
        await thread.ended()

        #expect(counts[.deliveries] == relay.count(.honest) + relay.count(.twice))
        #expect(counts[.duplicates] == relay.count(.twice))
        #expect(counts[.altered] == relay.count(.altered))
        #expect(counts[.wrongRoom] == relay.count(.wrongRoom))
        #expect(counts[.ownFrame] == relay.count(.back))
        #expect(counts[.unknownTalker] == relay.count(.unknown))
        #expect(counts[.neverSent] == relay.count(.neverSent))
        #expect(counts[.wrongKey] == relay.count(.wrongKey))
        let misdeeds = CheatingRelay.Deed.allCases.filter { $0 != .honest && $0 != .dropped }
        #expect(counts.faults == misdeeds.reduce(0) { $0 + relay.count($1) })
        #expect(counts.lost == counts[.deliveriesExpected] - counts[.deliveries] && counts.lost > 0)
    }
}
