import ControlWire
import Identifiers
import Synchronization
import Testing
import VoiceWire

@testable import Rooms

/// Voice over the control connection, as far as a session goes: which datagrams pass, and where it ends.
@Suite(.timeLimit(.minutes(1))) struct VoiceTunnelTests {
    /// The relay's side of all tunnels of a test.
    private final class FarSide: Sendable {
        struct State {
            var received: [String] = []
            var closedCount = 0
            var answer: (@Sendable (String) -> Void)?
        }

        struct NoSocket: Error {}

        let state = Mutex(State())
        let fails: Bool

        init(fails: Bool = false) { self.fails = fails }

        func tunnels(countMax: Int) -> VoiceTunnels {
            VoiceTunnels(countMax: countMax) { [self] answer in
                if fails { throw NoSocket() }
                state.withLock { $0.answer = answer }
                return Tunnel(far: self)
            }
        }

        var received: [String] { state.withLock { $0.received } }
        var closedCount: Int { state.withLock { $0.closedCount } }
        func say(_ data: String) { state.withLock { $0.answer }?(data) }
    }

    private struct Tunnel: VoiceTunnel {
        let far: FarSide

        func send(base64: String) -> Bool {
            far.state.withLock { $0.received.append(base64) }
            return base64 != "not base64"
        }

        func close() { far.state.withLock { $0.closedCount += 1 } }
    }

    private func speaker(_ name: String, _ harness: RoomsHarness) async throws -> TestClient {
        let client = try await harness.member(name, in: 1)
        _ = try await client.ask(voiceConnect)
        return client
    }

    @Test func datagramsPassBothWaysWithoutAnotherAnswer() async throws {
        let far = FarSide()
        let harness = try await RoomsHarness(tunnels: far.tunnels(countMax: 1))
        let ann = try await speaker("ann", harness)
        #expect(try await ann.ask(.voiceDatagram(data: "AAAA")).isEmpty)
        #expect(try await ann.ask(.voiceDatagram(data: "BBBB")).isEmpty)
        #expect(far.received == ["AAAA", "BBBB"])
        far.say("CCCC")
        #expect(try await ann.received().messages == [.voiceDatagram(data: "CCCC")])
        await harness.stop()
    }

    @Test func withoutAVoiceSessionNothingPasses() async throws {
        let far = FarSide()
        let harness = try await RoomsHarness(tunnels: far.tunnels(countMax: 1))
        let ann = try await harness.member("ann", in: 1)
        #expect(try await ann.ask(.voiceDatagram(data: "AAAA")).isEmpty)
        #expect(far.received.isEmpty && harness.counters[.tunnelRefused] == 1)
        await harness.stop()
    }

    @Test func theLongestDatagramPassesAndOnePastItDoesNot() async throws {
        let far = FarSide()
        let harness = try await RoomsHarness(tunnels: far.tunnels(countMax: 1))
        let ann = try await speaker("ann", harness)
        // 1,372 bytes are 1,832 characters.
        let longest = String(repeating: "A", count: 1_832)
        _ = try await ann.ask(.voiceDatagram(data: longest))
        _ = try await ann.ask(.voiceDatagram(data: longest + "A"))
        #expect(far.received == [longest] && harness.counters[.tunnelRefused] == 1)
        _ = try await ann.ask(.voiceDatagram(data: "not base64"))
        #expect(harness.counters[.tunnelRefused] == 2)
        await harness.stop()
    }

    @Test func asManyTunnelsAsAllowedAndNoneMoreUntilOneEnds() async throws {
        let far = FarSide()
        let harness = try await RoomsHarness(tunnels: far.tunnels(countMax: 2))
        let people = [
            try await speaker("ann", harness), try await speaker("bob", harness), try await speaker("eve", harness),
        ]
        for (person, data) in zip(people, ["AAAA", "BBBB", "EEEE"]) {
            _ = try await person.ask(.voiceDatagram(data: data))
        }
        #expect(far.received == ["AAAA", "BBBB"] && harness.counters[.tunnelLimitHit] == 1)
        _ = try await people[0].ask(.voiceDisconnect(roomID: room(1), userID: .server))
        #expect(far.closedCount == 1)
        await people[1].session.end()
        #expect(far.closedCount == 2)
        _ = try await people[2].ask(.voiceDatagram(data: "EEEE"))
        #expect(far.received == ["AAAA", "BBBB", "EEEE"])
        await harness.stop()
    }

    @Test func aServerWithoutSocketsOrTunnelsDropsThemAndSaysSo() async throws {
        let harness = try await RoomsHarness(tunnels: FarSide(fails: true).tunnels(countMax: 1))
        let ann = try await speaker("ann", harness)
        for count in UInt64(1)...3 {
            #expect(try await ann.ask(.voiceDatagram(data: "AAAA")).isEmpty)
            #expect(harness.counters[.tunnelFailed] == count)
        }
        await harness.stop()
        let without = try await RoomsHarness()
        let bob = try await speaker("bob", without)
        #expect(try await bob.ask(.voiceDatagram(data: "AAAA")).isEmpty)
        await without.stop()
    }

    @Test func voiceIsDroppedWhenMoreWaitsThanItsShareAndTextGoesOn() throws {
        let counters = ControlCounters()
        let outbox = Outbox(counters: counters)
        let line = EncodedLine(.voiceDatagram(data: "AAAA"))
        let max = 4 * line.bytes.count
        for _ in 0..<4 {
            let isTaken = outbox.post(line, unlessWaiting: max)
            #expect(isTaken)
        }
        let isTaken = outbox.post(line, unlessWaiting: max)
        #expect(!isTaken)
        outbox.post(EncodedLine(.pong))
        #expect(outbox.takeBatch()?.count == max + EncodedLine(.pong).bytes.count)
        outbox.close(.peerLeft)
        let isTakenClosed = outbox.post(line, unlessWaiting: max)
        #expect(!isTakenClosed && outbox.closeReason == .peerLeft)
    }
}
