import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("When a relay thread reads its socket")
struct ReadingPaceTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test("with no window open it reads whatever comes at once")
    func noWindow() {
        var pace = ReadingPace(isBufferShort: false)
        #expect(pace.nextReading(after: 7, windowEnd: .max) == nil)
        pace.note(wait: 5 * Self.millisecond, at: 0)
        #expect(pace.nextReading(after: 7, windowEnd: .max) == nil)
    }

    @Test("with one open, when it ends, or after the shortest wait of any frame, whichever comes first")
    func window() {
        var pace = ReadingPace(isBufferShort: false)
        pace.note(wait: 5 * Self.millisecond, at: 0)
        #expect(pace.nextReading(after: 100, windowEnd: 5 * Self.millisecond) == 5 * Self.millisecond)
        pace.note(wait: 2 * Self.millisecond, at: 0)
        pace.note(wait: 4 * Self.millisecond, at: 0)
        #expect(pace.nextReading(after: 100, windowEnd: 5 * Self.millisecond) == 2 * Self.millisecond + 100)
    }

    @Test(
        "never longer than 5 ms, however long windows are; 2 ms where the socket has little room",
        arguments: [false, true])
    func waitMax(isBufferShort: Bool) {
        let waitMax = isBufferShort ? 2 * Self.millisecond : 5 * Self.millisecond
        for (wait, expected) in [
            (waitMax - 1, waitMax - 1), (waitMax, waitMax), (waitMax + 1, waitMax), (.max, waitMax),
        ] {
            var pace = ReadingPace(isBufferShort: isBufferShort)
            pace.note(wait: wait, at: 0)
            #expect(pace.nextReading(after: 1_000, windowEnd: .max - 1) == expected + 1_000)
        }
    }

    @Test("a frame that goes out at once keeps it awake, for a span at least and two at most")
    func direct() {
        let span = ReadingPace.memoryNanoseconds
        for lead in [0, span / 2, span - 1] {
            var pace = ReadingPace(isBufferShort: false)
            pace.note(wait: 5 * Self.millisecond, at: span)
            pace.note(wait: 0, at: span + lead)
            var now = span + lead
            while now < span + lead + 3 * span {
                pace.note(wait: 5 * Self.millisecond, at: now)
                let isAwake = pace.nextReading(after: now, windowEnd: now + 1) == nil
                let age = now - span - lead
                if age < span { #expect(isAwake, "after \(age) ns") }
                if age >= 2 * span { #expect(!isAwake, "after \(age) ns") }
                now += Self.millisecond
            }
        }
    }

    @Test("what was before a pause of two spans is forgotten")
    func pause() {
        let span = ReadingPace.memoryNanoseconds
        for (pause, isForgotten) in [(2 * span - 1, false), (2 * span, true)] {
            var pace = ReadingPace(isBufferShort: false)
            pace.note(wait: 0, at: span)
            pace.note(wait: 5 * Self.millisecond, at: span + pause)
            #expect((pace.nextReading(after: 0, windowEnd: 1) != nil) == isForgotten)
        }
    }

    @Test(
        "a crowded room lets frames lie until its window ends; who talks alone beside it, or declines bundles, ends that"
    )
    func rooms() throws {
        var relay = try RelayHarness()
        let (_, crowd) = relay.room(of: 20, bundleBytesMax: 1_372)
        let (_, pair) = relay.room(of: 2, bundleBytesMax: 1_372)
        let second: UInt64 = 1_000 * Self.millisecond
        for now in stride(from: UInt64(0), to: second, by: 20 * Int(Self.millisecond)) {
            for client in crowd { relay.receive(client.voice([1]), from: client.address, at: now) }
            relay.tick(at: now + 5 * Self.millisecond)
        }
        #expect(relay.core.nextReading(after: second) == nil, "no window is open")
        relay.receive(crowd[0].voice([2]), from: crowd[0].address, at: second)
        #expect(relay.core.nextReading(after: second) == second + 5 * Self.millisecond)
        relay.receive(pair[0].voice([3]), from: pair[0].address, at: second)
        #expect(relay.core.nextReading(after: second) == nil, "somebody talks alone")
    }

    @Test("with listeners who take no bundles every frame is read as it comes")
    func declined() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let clients = (0..<20).map { index in
            relay.established(in: room, port: UInt16(5_000 + index), bundleBytesMax: index == 7 ? 0 : 1_372)
        }
        relay.publish(clients.map(\.route), in: room)
        for client in clients { relay.receive(client.voice([1]), from: client.address) }
        #expect(relay.core.nextDeadline < 6 * Self.millisecond)
        #expect(relay.core.nextReading(after: 0) == nil)
    }
}
