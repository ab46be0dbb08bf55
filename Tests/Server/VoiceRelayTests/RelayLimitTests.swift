import Testing
import VoiceWire

@testable import VoiceRelay

@Suite("Limits of a relay, at the edge and one past it")
struct RelayLimitTests {
    @Test("a session may send its datagram burst and no more, and its neighbours do not pay")
    func datagramRate() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.datagramsPerSecondMax = 100
        configuration.burst = .milliseconds(500)
        var relay = try RelayHarness(configuration)
        let (_, clients) = relay.room(of: 2)
        // The hello was one of the fifty that half a second holds.
        for _ in 0..<49 { relay.receive(clients[0].voice([1]), from: clients[0].address) }
        #expect(relay.take().count == 49)
        relay.receive(clients[0].voice([1]), from: clients[0].address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.overDatagramRate] == 1)
        relay.receive(clients[1].voice([1]), from: clients[1].address)
        #expect(relay.take().count == 1)
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: 10 * RelayHarness.millisecond)
        #expect(relay.take().count == 1, "ten milliseconds later there is room for one")
    }

    @Test("a session may send its burst of bytes and no more")
    func byteRate() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.bytesPerSecondMax = 10_000
        configuration.burst = .seconds(1)
        var relay = try RelayHarness(configuration)
        let (_, clients) = relay.room(of: 2)
        let helloByteCount = 19 + 24 + 20
        let frame = [UInt8](repeating: 1, count: 1_000 - 39)
        let fits = (10_000 - helloByteCount) / 1_000
        for _ in 0..<fits { relay.receive(clients[0].voice(frame), from: clients[0].address) }
        #expect(relay.take().count == fits)
        relay.receive(clients[0].voice(frame), from: clients[0].address)
        #expect(relay.take().isEmpty)
        #expect(relay.counters[.overByteRate] == 1)
    }

    @Test("rates that change hold for whoever talks already")
    func changedRates() throws {
        var configuration = VoiceRelayConfiguration()
        configuration.datagramsPerSecondMax = 100
        configuration.burst = .milliseconds(500)
        var relay = try RelayHarness(configuration)
        let (_, clients) = relay.room(of: 2)
        for _ in 0..<49 { relay.receive(clients[0].voice([1]), from: clients[0].address) }
        #expect(relay.take().count == 49, "the burst is used up")
        configuration.datagramsPerSecondMax = 1_000
        relay.setRates(of: configuration)
        // A millisecond is one datagram of a thousand a second, and was a tenth of one.
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: 2 * RelayHarness.millisecond)
        #expect(relay.take().count == 1)
        configuration.bytesPerSecondPerRoomMax = 1
        relay.setRates(of: configuration)
        relay.receive(clients[0].voice([1]), from: clients[0].address, at: 20 * RelayHarness.millisecond)
        #expect(relay.take().isEmpty && relay.counters[.overRoomByteRate] == 1)
    }

    @Test("sessions are leased up to the limit; a released one makes room")
    func sessionLimit() {
        var leases = IdentifierLeases(threadCount: 2, sessionsMax: 3)
        let room = leases.leaseRoom() ?? VoiceRoomID(rawValue: 0)
        let first = (0..<3).compactMap { _ in leases.leaseSession(in: room)?.voice }
        #expect(Set(first).count == 3)
        #expect(leases.leaseSession(in: room) == nil)
        leases.release(voice: first[0])
        leases.release(voice: first[0])
        #expect(leases.leaseSession(in: room) != nil)
        #expect(leases.leaseSession(in: room) == nil, "released twice is released once")
    }

    @Test("ids name their thread, are never zero, and come back only after all others")
    func identifiers() {
        var leases = IdentifierLeases(threadCount: 3, sessionsMax: 65_000)
        let rooms = (0..<6).compactMap { _ in leases.leaseRoom() }
        #expect(Set(rooms.map { $0.rawValue % 3 }) == [0, 1, 2], "rooms are spread over threads")
        let room = rooms[1]
        var seen: Set<UInt16> = []
        while let lease = leases.leaseSession(in: room) {
            #expect(lease.voice.rawValue != 0)
            #expect(lease.voice.rawValue % 3 == room.rawValue % 3)
            seen.insert(lease.voice.rawValue)
            leases.release(voice: lease.voice)
            if seen.count >= 21_845 { break }
        }
        #expect(seen.count == 21_845, "every id of the thread was used before one was used again")
        #expect(leases.leaseSession(in: room)?.generation == 2)
    }

    @Test("room ids run out with a nil, not with a crash")
    func roomLimit() {
        var leases = IdentifierLeases(threadCount: 4, sessionsMax: 1)
        var rooms: Set<UInt16> = []
        while let room = leases.leaseRoom() { rooms.insert(room.rawValue) }
        #expect(rooms.count == 65_535)
        leases.release(room: VoiceRoomID(rawValue: 77))
        #expect(leases.leaseRoom()?.rawValue == 77)
    }
}
