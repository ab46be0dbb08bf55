import ControlWire
import NetworkSimulator
import Testing

@testable import RoomClient

struct SessionMachineTests {
    private var machine = SessionMachine(backoff: ReconnectBackoff(generator: SeededGenerator(seed: 1)))
    private var now = Duration.zero
    private let lost = RoomClientError(.connectionLost, "gone")

    private mutating func bringOnline() {
        #expect(machine.handle(.start, now: now) == [.perform(.connect)])
        complete()
    }

    private mutating func complete() {
        #expect(machine.handle(.done(.connect), now: now) == [.perform(.logIn)])
        #expect(machine.handle(.done(.logIn), now: now) == [.perform(.join)])
        #expect(machine.handle(.done(.join), now: now) == [.perform(.connectVoice)])
        #expect(machine.handle(.done(.connectVoice), now: now) == [.report(.online)])
    }

    private static let firstDelays = Duration.milliseconds(250)...Duration.milliseconds(500)

    /// The wait among the actions.
    private func delay(_ actions: [SessionMachine.Action]) -> Duration? {
        for case .wait(let delay) in actions { return delay }
        return nil
    }

    @Test mutating func `a lost connection is told, and everything is done again`() {
        bringOnline()
        now = .seconds(60)
        let actions = machine.handle(.connectionLost(lost), now: now)
        #expect(actions.first == .report(.lost(lost)))
        #expect(actions.contains(.disconnect))
        #expect(delay(actions).map(Self.firstDelays.contains) == true)
        #expect(machine.handle(.waited, now: now) == [.perform(.connect)])
        complete()
    }

    @Test mutating func `the waits double up to fifteen seconds and never leave their range`() throws {
        bringOnline()
        now = .seconds(60)
        var waits = [try #require(delay(machine.handle(.connectionLost(lost), now: now)))]
        for _ in 0..<12 {
            now += waits[waits.count - 1]
            #expect(machine.handle(.waited, now: now) == [.perform(.connect)])
            let refused = RoomClientError(.unreachable, "refused")
            waits.append(try #require(delay(machine.handle(.failed(.connect, refused), now: now))))
        }
        for (attempt, wait) in waits.enumerated() {
            let ceiling = min(Duration.milliseconds(500) * (1 << min(attempt, 10)), .seconds(15))
            #expect(wait <= ceiling && wait >= ceiling / 2, "attempt \(attempt): \(wait)")
        }
        #expect(waits[12] > .seconds(7))
    }

    @Test(arguments: [
        RoomClientError(.authenticationFailed, "wrong password"), RoomClientError(.certificateRefused, "changed"),
        RoomClientError(.roomNotFound, "no such room"), RoomClientError(.voiceRefused(.notPermitted), "banned"),
    ])
    func `what no retry can mend ends the session`(error: RoomClientError) {
        var copy = self
        copy.bringOnline()
        _ = copy.machine.handle(.connectionLost(lost), now: .seconds(60))
        #expect(copy.machine.handle(.waited, now: .seconds(61)) == [.perform(.connect)])
        #expect(copy.machine.handle(.failed(.connect, error), now: .seconds(61)) == [.disconnect, .end(error)])
        #expect(copy.machine.handle(.start, now: .seconds(62)) == [])
    }

    @Test mutating func `who is moved joins the other room over the same connection`() {
        bringOnline()
        #expect(machine.handle(.moved, now: now) == [.perform(.join)])
        #expect(machine.handle(.moved, now: now) == [.perform(.join)])
        #expect(machine.handle(.done(.join), now: now) == [.perform(.connectVoice)])
        #expect(machine.handle(.moved, now: now) == [.perform(.join)])
        now = .seconds(60)
        _ = machine.handle(.connectionLost(lost), now: now)
        // The next join goes to the new room by itself.
        #expect(machine.handle(.moved, now: now) == [])
    }

    @Test mutating func `before the first success every failure is the person's`() {
        let refused = RoomClientError(.unreachable, "refused")
        #expect(machine.handle(.start, now: now) == [.perform(.connect)])
        #expect(machine.handle(.failed(.connect, refused), now: now) == [.disconnect, .end(refused)])
    }

    @Test mutating func `a loss in the middle of logging in again backs off further`() throws {
        bringOnline()
        now = .seconds(60)
        _ = machine.handle(.connectionLost(lost), now: now)
        _ = machine.handle(.waited, now: now)
        #expect(machine.handle(.done(.connect), now: now) == [.perform(.logIn)])
        let second = try #require(delay(machine.handle(.connectionLost(lost), now: now)))
        #expect(second >= .milliseconds(500) && second <= .seconds(1))
        #expect(machine.handle(.failed(.logIn, lost), now: now) == [])
        #expect(machine.handle(.waited, now: now) == [.perform(.connect)])
    }

    @Test mutating func `the server's patience is respected`() {
        bringOnline()
        _ = machine.handle(.connectionLost(lost), now: .seconds(60))
        _ = machine.handle(.waited, now: .seconds(60))
        let limited = RoomClientError(.rateLimited, "slowly", retryAfter: .seconds(40))
        let wait = delay(machine.handle(.failed(.connect, limited), now: .seconds(60)))
        #expect(wait.map { $0 >= .seconds(40) && $0 <= .seconds(60) } == true)
    }

    @Test mutating func `voice that stood is asked for again at once, over the same connection`() {
        bringOnline()
        let silent = RoomClientError(.voiceLost, "silent")
        #expect(machine.handle(.voiceLost(silent), now: .seconds(60)) == [.perform(.connectVoice)])
        #expect(machine.handle(.done(.connectVoice), now: .seconds(60)) == [.report(.online)])
    }

    @Test mutating func `voice that dies young waits, and keeps the connection`() {
        bringOnline()
        let silent = RoomClientError(.voiceLost, "silent")
        let actions = machine.handle(.voiceLost(silent), now: .seconds(10))
        #expect(delay(actions).map(Self.firstDelays.contains) == true)
        #expect(!actions.contains(.disconnect))
        #expect(machine.handle(.waited, now: .seconds(11)) == [.perform(.connectVoice)])
    }

    @Test mutating func `stopping ends it anywhere, once`() {
        bringOnline()
        _ = machine.handle(.connectionLost(lost), now: .seconds(60))
        #expect(machine.handle(.stop, now: .seconds(60)) == [.disconnect, .end(nil)])
        #expect(machine.handle(.stop, now: .seconds(60)) == [])
        #expect(machine.handle(.waited, now: .seconds(60)) == [])
    }

    @Test mutating func `a login alone is complete, and is made again after a loss`() {
        machine = SessionMachine(
            backoff: ReconnectBackoff(generator: SeededGenerator(seed: 1)), steps: SessionMachine.stepsOfServer)
        #expect(machine.handle(.start, now: now) == [.perform(.connect)])
        #expect(machine.handle(.done(.connect), now: now) == [.perform(.logIn)])
        #expect(machine.handle(.done(.logIn), now: now) == [.report(.online)])
        let actions = machine.handle(.connectionLost(lost), now: .seconds(60))
        #expect(actions.first == .report(.lost(lost)) && delay(actions) != nil)
        #expect(machine.handle(.waited, now: .seconds(61)) == [.perform(.connect)])
    }

    @Test mutating func `who retries first waits for a server that is not there yet, and not for a wrong password`() {
        machine = SessionMachine(
            backoff: ReconnectBackoff(generator: SeededGenerator(seed: 1)), steps: SessionMachine.stepsOfServer,
            retriesFirst: true)
        _ = machine.handle(.start, now: now)
        let refused = RoomClientError(.unreachable, "refused")
        #expect(delay(machine.handle(.failed(.connect, refused), now: now)).map(Self.firstDelays.contains) == true)
        #expect(machine.handle(.waited, now: now) == [.perform(.connect)])
        #expect(machine.handle(.done(.connect), now: now) == [.perform(.logIn)])
        let wrong = RoomClientError(.authenticationFailed, "wrong password")
        #expect(machine.handle(.failed(.logIn, wrong), now: now) == [.disconnect, .end(wrong)])
    }
}
