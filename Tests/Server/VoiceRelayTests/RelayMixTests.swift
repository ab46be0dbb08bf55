import LockFree
import Testing
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

@Suite("Frames for the mixer, the recorder, and from the mixer")
struct RelayMixTests {
    struct Tapped: Equatable {
        var voice: VoiceID
        var flags: DatagramFlags
        var timestamp: UInt32
        var opusByteCount: Int
        var arrival: UInt64
        var isPriority: Bool
        var frame: [UInt8]
    }

    static func drain(_ tap: FrameTap) -> [Tapped] {
        var frames: [Tapped] = []
        while tap.pop({
            frames.append(
                Tapped(
                    voice: $0.voice, flags: $0.flags, timestamp: $0.timestamp.rawValue,
                    opusByteCount: $0.opusByteCount, arrival: $0.arrivalNanoseconds, isPriority: $0.isPrioritySpeaker,
                    frame: Array($0.frame)))
        }) {}
        return frames
    }

    @Test("a room with a mixed listener gives the mixer every frame as listeners get it; that listener gets none")
    func tapsForMixer() throws {
        let tap = try FrameTap(capacity: 16)
        var relay = try RelayHarness(mixerTap: tap)
        let (room, clients) = relay.room(of: 3)
        var routes = clients.map(\.route)
        routes[0].isPrioritySpeaker = true
        routes[2].isMixed = true
        relay.publish(routes, in: room)
        let frame = clients[0].voice([0xFC, 1, 2], flags: .talkspurtStart, blocks: [1, 1, 30], timestamp: 960)
        relay.receive(frame, from: clients[0].address, at: 9_000, age: 400)
        #expect(relay.take().map(\.address) == [clients[1].address])
        let expected = Tapped(
            voice: clients[0].grant.voice, flags: .talkspurtStart, timestamp: 960, opusByteCount: 3, arrival: 8_600,
            isPriority: true, frame: [0xFC, 1, 2, 1, 1, 30])
        #expect(Self.drain(tap) == [expected])
        // Who hears the mix is heard all the same.
        relay.receive(clients[2].voice([7]), from: clients[2].address)
        #expect(Set(relay.take().map(\.address.port)) == [5_000, 5_001])
        #expect(Self.drain(tap).map(\.frame) == [[7]])
    }

    @Test("without a mixed listener who hears, the mixer gets nothing", arguments: [false, true])
    func mixerIsLeftAlone(isDeafened: Bool) throws {
        let tap = try FrameTap(capacity: 16)
        var relay = try RelayHarness(mixerTap: tap)
        let (room, clients) = relay.room(of: 2)
        var routes = clients.map(\.route)
        routes[1].isMixed = isDeafened
        routes[1].mayHear = !isDeafened
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(Self.drain(tap).isEmpty)
        #expect(relay.take().count == (isDeafened ? 0 : 1))
    }

    @Test("bundles go to those who are not mixed")
    func bundles() throws {
        let tap = try FrameTap(capacity: 16)
        var relay = try RelayHarness(mixerTap: tap)
        let (room, clients) = relay.room(of: 4, bundleBytesMax: 1_200)
        var routes = clients.map(\.route)
        routes[2].isMixed = true
        relay.publish(routes, in: room)
        for index in [0, 1] { relay.receive(clients[index].voice([1]), from: clients[index].address) }
        relay.tick(at: RelayHarness.second)
        let sent = relay.take()
        #expect(!sent.contains { $0.address == clients[2].address })
        #expect(sent.contains { $0.address == clients[3].address })
        #expect(Self.drain(tap).count == 2)
    }

    @Test("the recorder gets frames of those who agreed and of nobody else, muted or not among the loudest")
    func tapsForRecorder() throws {
        let tap = try FrameTap(capacity: 16)
        var relay = try RelayHarness(recorderTap: tap)
        let (room, clients) = relay.room(of: 3)
        var routes = clients.map(\.route)
        routes[0].isRecorded = true
        relay.publish(routes, in: room, loudestTalkersMax: 1)
        // The second talker has the only place; who agreed is recorded all the same.
        relay.receive(clients[1].voice([2], blocks: [1, 1, 1]), from: clients[1].address)
        relay.receive(clients[0].voice([1], blocks: [1, 1, 90]), from: clients[0].address)
        #expect(Self.drain(tap).map(\.voice) == [clients[0].grant.voice])
        routes[0].maySpeak = false
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(Self.drain(tap).isEmpty, "a muted frame goes nowhere")
        routes[0].maySpeak = true
        routes[0].isRecorded = false
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(Self.drain(tap).isEmpty, "consent is over from the next table on")
        relay.publish([], in: room)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(Self.drain(tap).isEmpty)
    }

    @Test("a full tap takes no frame more, counts it, and holds nobody up")
    func fullTap() throws {
        let tap = try FrameTap(capacity: 4)
        var relay = try RelayHarness(mixerTap: tap, recorderTap: tap)
        let (room, clients) = relay.room(of: 3)
        var routes = clients.map(\.route)
        routes[2].isMixed = true
        relay.publish(routes, in: room)
        for index in 0..<4 { relay.receive(clients[0].voice([UInt8(index)]), from: clients[0].address) }
        #expect(tap.fullCount == 0)
        relay.receive(clients[0].voice([4]), from: clients[0].address)
        #expect(relay.take().count == 5)
        #expect(tap.fullCount == 1)
        #expect(relay.counters[.mixerTapFull] == 1)
        routes[0].isRecorded = true
        relay.publish(routes, in: room)
        relay.receive(clients[0].voice([5]), from: clients[0].address)
        #expect(relay.counters[.recorderTapFull] == 1)
        #expect(Self.drain(tap).map(\.frame) == [[0], [1], [2], [3]])
    }

    @Test("the longest frame is tapped whole")
    func longestFrame() throws {
        let tap = try FrameTap(capacity: 2)
        var relay = try RelayHarness(recorderTap: tap)
        let (room, clients) = relay.room(of: 2)
        var routes = clients.map(\.route)
        routes[0].isRecorded = true
        relay.publish(routes, in: room)
        let longest = VoiceWireLimits.datagramBytesMax - VoiceHeader.byteCount - DatagramSealer.overheadByteCount
        let opus = [UInt8](repeating: 5, count: VoiceWireLimits.opusBytesMax)
        let rest = [UInt8](repeating: 200, count: longest - opus.count)
        relay.receive(clients[0].voice(opus, blocks: rest), from: clients[0].address)
        #expect(Self.drain(tap).map(\.frame) == [opus + rest])
    }

    @Test("a mix reaches those listed who are routed to hear it, under the mix's own id")
    func delivers() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 5)
        let (elsewhere, others) = relay.room(of: 1)
        var routes = clients.map(\.route)
        for index in [0, 1, 2] { routes[index].isMixed = true }
        routes[2].mayHear = false
        relay.publish(routes, in: room)
        var away = others[0].route
        away.isMixed = true
        relay.publish([away], in: elsewhere)
        // One not listed, one deafened, one not mixed, one of another room, one who does not exist.
        let listed = [0, 2, 3].map { clients[$0].grant.voice } + [others[0].grant.voice, VoiceID(rawValue: 900), .mix]
        relay.deliver([0xFC, 9], to: listed, in: room, sequence: 7, timestamp: 1_920)
        let sent = relay.take()
        #expect(sent.map(\.address) == [clients[0].address])
        let (header, body) = try #require(sent.first.flatMap { clients[0].open($0.bytes) })
        #expect(header.type == .voice)
        #expect(header.voice == .mix)
        #expect(header.room == room)
        #expect(header.sequence.rawValue == 7)
        #expect(header.timestamp.rawValue == 1_920)
        #expect(header.opusByteCount == 2)
        #expect(body == [0xFC, 9])
        #expect(relay.counters[.mixesForwarded] == 1)
    }

    @Test("a reader's sleep ends by a frame, by a call, and by its time")
    func waits() async throws {
        let tap = try FrameTap(capacity: 16)
        tap.wait(untilNanoseconds: 0)
        tap.wake()
        tap.wait(untilNanoseconds: nil)
        var relay = try RelayHarness(recorderTap: tap)
        let (room, clients) = relay.room(of: 2)
        var routes = clients.map(\.route)
        routes[0].isRecorded = true
        relay.publish(routes, in: room)
        let count = Box()
        let reader = try DedicatedThread(name: "reader") {
            while count.value == 0 {
                tap.wait(untilNanoseconds: nil)
                while tap.pop({ _ in count.value += 1 }) {}
            }
        }
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        await reader.ended()
        #expect(count.value == 1)
    }

    /// Written by the reader's thread, read after its end.
    final class Box: @unchecked Sendable {
        var value = 0
    }

    @Test("a ring of mixes takes its capacity and not one more, and runs through real sockets")
    func fullMixRing() async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.threadCount = 1
        let relay = try VoiceRelay(configuration)
        let room = try relay.leaseRoom()
        func deliver(_ voice: VoiceID, _ opus: [UInt8]) -> Bool {
            opus.withUnsafeBytes { opus in
                withUnsafePointer(to: voice) {
                    relay.deliver(
                        MixedFrame(
                            room: room, sequence: 0, timestamp: 0, opus: opus,
                            listeners: UnsafeBufferPointer(start: $0, count: 1)))
                }
            }
        }
        for _ in 0..<RelayInbox.capacity { #expect(deliver(.mix, [1])) }
        #expect(!deliver(.mix, [1]))
        #expect(relay.counters()[.mixRingFull] == 1)
        try relay.start()
        let listener = try VoiceRelaySocketTests.clients(1, of: relay, in: room)[0]
        var route = listener.session.route
        route.isMixed = true
        relay.publish([route], for: room)
        // An answered ping says that the table is in force.
        listener.send(listener.session.ping())
        #expect(listener.receive()?.header.type == .pong)
        #expect(deliver(listener.session.grant.voice, [3, 2, 1]))
        #expect(listener.receive()?.body == [3, 2, 1])
        await relay.stop()
    }
}
