import NetworkSimulator
import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Frames that travel together")
struct RelayBundleTests {
    private static let millisecond: UInt64 = 1_000_000

    /// One frame as a listener got it, out of whichever datagram.
    private struct Heard: Equatable {
        let voice: VoiceID
        let sequence: UInt16
        let flags: DatagramFlags
        let frame: [UInt8]
    }

    /// What a client hears in the datagrams that came for it; nil if one of them cannot be read.
    private func heard(by client: TestClient, in sent: [SentDatagram]) -> [Heard]? {
        var frames: [Heard] = []
        for datagram in sent where datagram.address == client.address {
            guard let (header, body) = client.open(datagram.bytes), header.room == client.grant.room else { return nil }
            switch header.type {
            case .voice:
                frames.append(
                    Heard(
                        voice: header.voice, sequence: header.sequence.rawValue,
                        flags: header.flags.subtracting(.sealed), frame: body))
            case .bundle:
                guard header.voice == client.grant.voice, header.opusByteCount == 0 else { return nil }
                let isWhole = body.withUnsafeBytes { bytes in
                    var reader = BundleReader(bytes)
                    var count = 0
                    while let element = reader.next() {
                        count += 1
                        frames.append(
                            Heard(
                                voice: element.record.voice, sequence: element.record.sequence.rawValue,
                                flags: element.record.flags, frame: Array(element.frame)))
                    }
                    return !reader.isMalformed && count > 1
                }
                guard isWhole else { return nil }
            default: return nil
            }
        }
        return frames
    }

    /// Everybody says one frame at the same moment.
    private func everybodySpeaks(
        _ relay: inout RelayHarness, _ clients: [TestClient], at now: UInt64, byteCount: Int = 20
    ) {
        for (index, client) in clients.enumerated() {
            let frame = [UInt8](repeating: UInt8(index + 1), count: byteCount)
            relay.receive(client.voice(frame), from: client.address, at: now)
        }
    }

    @Test("one who talks alone waits for nobody, and travels as plain voice")
    func alone() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3, bundleBytesMax: 1_372)
        relay.receive(clients[0].voice([1, 2]), from: clients[0].address)
        let sent = relay.take()
        #expect(sent.count == 2)
        #expect(clients[1].open(sent[0].bytes)?.header.type == .voice)
        #expect(relay.counters[.bundlesSent] == 0)
    }

    @Test("what is read together goes out together, without waiting, to each without their own")
    func sameBatch() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3, bundleBytesMax: 1_372)
        everybodySpeaks(&relay, clients, at: 0)
        _ = (relay.tick(at: 0), relay.take())
        let bundlesBefore = relay.counters[.bundlesSent]
        everybodySpeaks(&relay, clients, at: Self.millisecond)
        #expect(relay.take().isEmpty, "until the end of the batch")
        #expect(relay.core.nextDeadline <= Self.millisecond)
        relay.tick(at: Self.millisecond)
        let sent = relay.take()
        #expect(sent.count == 3)
        for (index, client) in clients.enumerated() {
            let others = clients.enumerated().filter { $0.offset != index }
            let frames = try #require(heard(by: client, in: sent))
            #expect(frames.map(\.voice) == others.map(\.element.grant.voice))
            #expect(frames.map(\.frame) == others.map { [UInt8](repeating: UInt8($0.offset + 1), count: 20) })
        }
        #expect(relay.counters[.bundlesSent] == bundlesBefore + 3)
    }

    @Test("with more talkers a frame waits for the window, to the nanosecond, and no later frame makes it longer")
    func window() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 5, bundleBytesMax: 1_372)
        everybodySpeaks(&relay, clients, at: 0)
        relay.tick(at: Self.millisecond)
        _ = relay.take()
        // Five talkers: one millisecond.
        let start = 10 * Self.millisecond
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: start)
        relay.receive(clients[1].voice([2]), from: clients[1].address, at: start + 900_000)
        #expect(relay.core.nextDeadline == start + Self.millisecond)
        relay.tick(at: start + Self.millisecond - 1)
        #expect(relay.take().isEmpty)
        relay.tick(at: start + Self.millisecond)
        let sent = relay.take()
        #expect(sent.count == 5)
        #expect(heard(by: clients[4], in: sent)?.map(\.frame) == [[1], [2]])
        #expect(heard(by: clients[0], in: sent)?.map(\.frame) == [[2]], "one that is left goes as plain voice")
        #expect(relay.core.nextDeadline > start + Self.millisecond, "no window is left open")
    }

    @Test("what a frame has waited in the socket is part of its window, and a frame older than it goes with its batch")
    func age() throws {
        for (age, wait) in [(0, 1_000_000), (400_000, 600_000), (1_000_000, 0), (.max, 0)] as [(UInt64, UInt64)] {
            var relay = try RelayHarness()
            let (_, clients) = relay.room(of: 5, bundleBytesMax: 1_372)
            everybodySpeaks(&relay, clients, at: 0)
            _ = (relay.tick(at: Self.millisecond), relay.take())
            let now = 10 * Self.millisecond
            relay.receive(clients[0].voice([1]), from: clients[0].address, at: now, age: age)
            #expect(relay.core.nextDeadline == now + wait)
        }
    }

    @Test("who declines gets every frame at once in a datagram of its own")
    func declined() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let takers = (0..<4).map { relay.established(in: room, port: UInt16(5_000 + $0), bundleBytesMax: 1_372) }
        let decliner = relay.established(in: room, port: 5_010)
        relay.publish((takers + [decliner]).map(\.route), in: room)
        everybodySpeaks(&relay, takers, at: 0)
        _ = (relay.tick(at: Self.millisecond), relay.take())
        everybodySpeaks(&relay, takers, at: 2 * Self.millisecond)
        let sent = relay.take()
        #expect(sent.count == 4 && sent.allSatisfy { $0.address == decliner.address })
        #expect(heard(by: decliner, in: sent)?.count == 4)
        relay.tick(at: 9 * Self.millisecond)
        #expect(!relay.take().contains { $0.address == decliner.address }, "nothing comes twice")
    }

    @Test("a full datagram goes before its time; none is longer than its listener's path takes")
    func pathLimit() throws {
        var relay = try RelayHarness()
        let room = relay.leaseRoom()
        let clients = (0..<30).map { index in
            relay.established(in: room, port: UInt16(5_000 + index), bundleBytesMax: index == 0 ? 256 : 1_372)
        }
        relay.publish(clients.map(\.route), in: room)
        everybodySpeaks(&relay, clients, at: 0)
        _ = (relay.tick(at: 10 * Self.millisecond), relay.take())
        everybodySpeaks(&relay, clients, at: 20 * Self.millisecond, byteCount: 80)
        #expect(!relay.take().isEmpty, "thirty frames of 92 bytes with their records do not fit into one datagram")
        everybodySpeaks(&relay, clients, at: 21 * Self.millisecond, byteCount: 80)
        relay.tick(at: 40 * Self.millisecond)
        everybodySpeaks(&relay, clients, at: 60 * Self.millisecond, byteCount: 80)
        relay.tick(at: 80 * Self.millisecond)
        let sent = relay.take()
        #expect(sent.filter { $0.address == clients[0].address }.allSatisfy { $0.bytes.count <= 256 })
        #expect(sent.allSatisfy { $0.bytes.count <= 1_372 })
        #expect(sent.contains { $0.bytes.count > 1_200 })
    }

    @Test("a bundle may be as long as granted, and not a byte longer")
    func exactLimit() throws {
        for (limit, datagramCount) in [(19 + 2 * (12 + 100) + 20, 1), (19 + 2 * (12 + 100) + 20 - 1, 2)] {
            var relay = try RelayHarness()
            let (room, clients) = relay.room(of: 2, bundleBytesMax: 1_372)
            let listener = relay.established(in: room, port: 6_000, bundleBytesMax: limit)
            relay.publish((clients + [listener]).map(\.route), in: room)
            everybodySpeaks(&relay, clients, at: 0)
            _ = (relay.tick(at: 0), relay.take())
            everybodySpeaks(&relay, clients, at: 1, byteCount: 100)
            relay.tick(at: 1)
            #expect(relay.take().filter { $0.address == listener.address }.count == datagramCount)
        }
    }

    @Test("the last frame of a talkspurt does not overtake the one before it")
    func order() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 6, bundleBytesMax: 1_372)
        everybodySpeaks(&relay, clients, at: 0)
        _ = (relay.tick(at: 10 * Self.millisecond), relay.take())
        // All but one fall silent; the one who is left ends, too, while its frame waits.
        let later = 300 * Self.millisecond
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: later)
        relay.tick(at: later)
        relay.receive(clients[0].voice([2], flags: .talkspurtEnd), from: clients[0].address, at: later + 400_000)
        relay.tick(at: later + 20 * Self.millisecond)
        #expect(heard(by: clients[1], in: relay.take())?.map(\.frame) == [[1], [2]])
    }

    @Test("a frame too long for a record goes alone, after what waited before it")
    func longFrame() throws {
        var relay = try RelayHarness()
        let (_, clients) = relay.room(of: 3, bundleBytesMax: 1_372)
        everybodySpeaks(&relay, clients, at: 0)
        _ = (relay.tick(at: 0), relay.take())
        let blocks: [UInt8] = [9, 60] + [UInt8](repeating: 0, count: 60)
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: 1)
        relay.receive(
            clients[0].voice([UInt8](repeating: 5, count: 1_260), blocks: blocks), from: clients[0].address, at: 1)
        relay.tick(at: 1)
        let frames = try #require(heard(by: clients[1], in: relay.take()))
        #expect(frames.map(\.frame.count) == [1, 1_322])
    }

    @Test("a talker who leaves, a room that is released and a listener who comes while frames wait break nothing")
    func changesWhileWaiting() throws {
        var relay = try RelayHarness()
        let (room, clients) = relay.room(of: 6, bundleBytesMax: 1_372)
        everybodySpeaks(&relay, clients, at: 0)
        _ = (relay.tick(at: 10 * Self.millisecond), relay.take())
        everybodySpeaks(&relay, clients, at: 20 * Self.millisecond)
        relay.close(clients[0].grant.voice, at: 20 * Self.millisecond)
        let guest = relay.established(in: room, port: 6_000, bundleBytesMax: 1_372, at: 20 * Self.millisecond)
        relay.publish(clients[1...].map(\.route) + [guest.route], in: room, at: 20 * Self.millisecond)
        _ = relay.take()
        relay.tick(at: 30 * Self.millisecond)
        let sent = relay.take()
        #expect(!sent.contains { $0.address == clients[0].address })
        #expect(heard(by: guest, in: sent)?.count == 6)
        #expect(heard(by: clients[1], in: sent)?.count == 5)
        everybodySpeaks(&relay, Array(clients[1...]), at: 40 * Self.millisecond)
        relay.core.apply(.releaseRoom(room), now: 40 * Self.millisecond, into: &relay.sent)
        _ = relay.take()
        relay.tick(at: 60 * Self.millisecond)
        #expect(relay.take().isEmpty)
    }

    @Test("more rooms with open windows than there are windows: the frames beyond go at once, and are counted")
    func windowLimit() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.datagramsPerSecondMax = 1_000_000
        var relay = try RelayHarness(configuration)
        var rooms: [[TestClient]] = []
        for _ in 0...WindowPool.capacity { rooms.append(relay.room(of: 2, bundleBytesMax: 1_372).1) }
        for clients in rooms { everybodySpeaks(&relay, clients, at: 0) }
        relay.tick(at: 0)
        relay.core.busyShare = 256
        _ = relay.take()
        let exhaustedBefore = relay.counters[.windowsExhausted]
        for (index, clients) in rooms.enumerated() {
            relay.receive(clients[0].voice([1]), from: clients[0].address, at: 1)
            #expect(relay.take().count == (index < WindowPool.capacity ? 0 : 1))
        }
        #expect(relay.counters[.windowsExhausted] == exhaustedBefore + 1)
        relay.tick(at: 6 * Self.millisecond)
        #expect(relay.take().count == WindowPool.capacity)
    }

    @Test(
        "whatever the order of talking and time, everybody hears everybody else's frames once and in order",
        arguments: [0xB0D1E5, 0xB0D1E6, 0xB0D1E7] as [UInt64])
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var configuration = VoiceRelayConfiguration()
        configuration.datagramsPerSecondMax = 1_000_000
        configuration.bytesPerSecondMax = 1_000_000_000
        configuration.bytesPerSecondPerRoomMax = 1_000_000_000
        var relay = try RelayHarness(configuration)
        let room = relay.leaseRoom()
        let limits = [0, 256, 600, 1_372]
        let clients = (0..<12).map { index in
            relay.established(
                in: room, port: UInt16(5_000 + index), sealed: index % 5 != 4,
                bundleBytesMax: limits[Int(random.next() % 4)])
        }
        relay.publish(clients.map(\.route), in: room)
        var expected = [[Heard]](repeating: [], count: clients.count)
        var got = expected
        var now: UInt64 = 0
        for count in 0..<3_000 {
            now += random.next() % 600_000
            let talker = Int(random.next() % 12)
            let frame = (0..<(1 + Int(random.next() % 160))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let flags: DatagramFlags = random.next() % 20 == 0 ? .talkspurtEnd : []
            relay.receive(
                clients[talker].voice(frame, flags: flags), from: clients[talker].address, at: now)
            for listener in 0..<12 where listener != talker {
                expected[listener].append(
                    Heard(voice: clients[talker].grant.voice, sequence: 0, flags: flags, frame: frame))
            }
            relay.core.busyShare = random.next() % 257
            if random.next() % 3 == 0 || count == 2_999 {
                relay.tick(at: count == 2_999 ? now + Self.millisecond * 6 : now)
            }
            let sent = relay.take()
            for (index, client) in clients.enumerated() {
                let frames = try #require(heard(by: client, in: sent), "seed \(seed)")
                got[index] += frames.map { Heard(voice: $0.voice, sequence: 0, flags: $0.flags, frame: $0.frame) }
            }
        }
        for index in 0..<12 {
            for talker in clients {
                let (mine, theirs) = (got[index], expected[index])
                #expect(
                    mine.filter { $0.voice == talker.grant.voice } == theirs.filter { $0.voice == talker.grant.voice },
                    "listener \(index), seed \(seed)")
            }
        }
        #expect(relay.counters[.bundlesSent] > 1_000)
    }
}
