import ChatStore
import ControlWire
import Foundation
import Identifiers
import OpusCodec
import Permissions
import Testing
import VoiceMixer
import VoiceRelay
import VoiceTestSupport
import VoiceWire

@testable import Rooms

/// How voice is delivered: who may set it, who sees it, and what comes out of the sockets.
@Suite(.timeLimit(.minutes(1))) struct RoomDeliveryTests {
    private func mixingHarness(threads: Int = 1) async throws -> RoomsHarness {
        var mixing = VoiceMixerConfiguration()
        mixing.threadCount = threads
        return try await RoomsHarness(mixing: mixing) { $0.allowsUnsealed = true }
    }

    private func set(_ delivery: VoiceDelivery, by client: TestClient) async throws -> RoomDetails? {
        var changes = RoomChanges(roomID: room(1))
        changes.delivery = delivery
        guard case .roomUpdated(let details) = try await client.ask(.updateRoom(changes)).messages.last else {
            return nil
        }
        return details
    }

    private func speaker(_ name: String, _ harness: RoomsHarness) async throws -> (TestClient, VoiceSocketClient) {
        let client = try await harness.member(name, isEncrypted: false)
        _ = try await client.ask(.join(roomID: room(1), password: nil))
        return (client, try VoiceSocketClient(try grant(try await client.ask(voiceConnect))))
    }

    @Test func whoKeepsTheRoomSetsItAndItIsStoredAndWrittenDown() async throws {
        let harness = try await mixingHarness()
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        #expect(try await set(.mixed, by: ann) == nil)
        #expect(try await set(.mixed, by: keeper)?.delivery == .mixed)
        #expect(try await harness.store.rooms().first?.delivery == .mixed)
        #expect(try await set(.forwarded, by: keeper)?.delivery == .forwarded)
        guard case .auditPage(let entries, _) = try await keeper.ask(.listAudit(before: nil, limit: 2)).messages.last
        else {
            Issue.record("no audit log")
            return
        }
        #expect(entries.map(\.detail) == ["delivery: mixed → forwarded", "delivery: forwarded → mixed"])
        await harness.stop()
    }

    @Test func ownWishesWinOverTheRoomsAndAreSeen() async throws {
        let harness = try await mixingHarness()
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        let (ann, annVoice) = try await speaker("ann", harness)
        let (ben, benVoice) = try await speaker("ben", harness)
        _ = try await ben.received()
        guard case .userVoiceUpdate(let own) = try await ann.ask(.setDelivery(.mixed)).messages.last,
            case .userVoiceUpdate(let seen) = try await ben.received().messages.last
        else {
            Issue.record("nobody was told")
            return
        }
        #expect(own.isMixed == true)
        #expect(seen == own)
        // The room's word is for those who have none of their own.
        _ = try await ann.ask(.setDelivery(.forwarded))
        _ = try await set(.mixed, by: keeper)
        let states = await harness.services.directory.room(room(1))?.voiceTable.states ?? []
        #expect(states.map(\.isMixed) == [nil, true])
        _ = (annVoice, benVoice)
        await harness.stop()
    }

    @Test func aServerThatDoesNotMixSaysSo() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        guard case .voiceError(.unavailable, _) = try await ann.ask(.setDelivery(.mixed)).messages.last else {
            Issue.record("not refused")
            return
        }
        _ = try await ann.ask(.setDelivery(.forwarded))
        #expect(harness.counters[.voiceUnavailable] == 1)
        await harness.stop()
    }

    @Test(arguments: [7_999 as UInt32, 8_000, 128_000, 128_001])
    func aMixTakesWhatBitrateIsPossible(bitrate: UInt32) async throws {
        let harness = try await mixingHarness()
        let ann = try await harness.member("ann", in: 1)
        let answer = try await ann.ask(.setDelivery(.mixed, bitrate: bitrate)).messages.last
        if (8_000...128_000).contains(bitrate) {
            #expect(answer == .serverResponse(success: true, content: "Voice mixed from the next voice connection on"))
        } else {
            #expect(
                answer == .voiceError(code: .invalidValue, message: "bitrate must be 8000…128000 bits a second"))
        }
        await harness.stop()
    }

    @Test func volumesAreForThoseWhoAreThereAndInRange() async throws {
        let harness = try await mixingHarness()
        let (ann, annVoice) = try await speaker("ann", harness)
        let (_, benVoice) = try await speaker("ben", harness)
        let table = await harness.services.directory.room(room(1))?.voiceTable
        let ben = try #require(table?.states.last?.voiceID)
        for volume: Float in [0, 2] {
            let answer = try await ann.ask(.setVoiceVolume(voiceID: ben, volume: volume)).messages.last
            guard case .serverResponse(true, _, _, _) = answer else {
                Issue.record("\(volume) was refused")
                continue
            }
        }
        for (voice, volume) in [(ben, Float(2.01)), (ben, -0.01), (ben + 1_000, 1)] {
            let answer = try await ann.ask(.setVoiceVolume(voiceID: voice, volume: volume)).messages.last
            guard case .voiceError(.invalidValue, _) = answer else {
                Issue.record("\(voice) at \(volume) was taken")
                continue
            }
        }
        _ = (annVoice, benVoice)
        await harness.stop()
    }

    /// From socket to socket, through relay and mixer: the listener gets one stream, then everybody's again. With two threads the
    /// room is not that one's which reads the tap.
    @Test(arguments: [1, 2]) func aMixedListenerGetsOneStreamAndCanGoBack(threads: Int) async throws {
        let harness = try await mixingHarness(threads: threads)
        let (_, one) = try await speaker("one", harness)
        let (_, other) = try await speaker("other", harness)
        let (listener, ear) = try await speaker("listener", harness)
        _ = try await listener.ask(.setDelivery(.mixed))
        let tones = try [Tone(hertz: 500), Tone(hertz: 1_300)]
        func speak() throws {
            try one.speak(opus: try tones[0].next(), level: 20)
            try other.speak(opus: try tones[1].next(), level: 20)
        }
        for _ in 0..<3 { try speak() }
        var decoder = try OpusDecoder()
        var energy = 0.0
        var last: VoiceHeader?
        // The mixer's clock is the talkers' as well.
        for _ in 0..<20 {
            try speak()
            let (header, body) = try ear.hearFrame()
            #expect(header.type == .voice)
            #expect(header.voice == .mix)
            if let last { #expect(last.sequence.distance(to: header.sequence) == 1) }
            last = header
            energy += try decoder.energy(of: body)
        }
        #expect(energy > 1_000_000)
        _ = try await listener.ask(.setDelivery(.forwarded))
        try one.speak(opus: try tones[0].next(), level: 20)
        var header = try ear.hearFrame().header
        while header.voice == .mix { header = try ear.hearFrame().header }
        #expect(harness.mixer?.counters()[.framesRefused] == 0)
        await harness.stop()
    }

    /// A tone in frames of 20 ms.
    private final class Tone {
        private var encoder: OpusEncoder
        private var position = 0
        private let hertz: Double

        init(hertz: Double) throws {
            encoder = try OpusEncoder()
            self.hertz = hertz
        }

        func next() throws -> [UInt8] {
            let samples = (position..<position + 960).map { Int16(5_000 * sin(2 * .pi * hertz * Double($0) / 48_000)) }
            position += 960
            var packet = [UInt8](repeating: 0, count: 1_275)
            let count = try samples.withUnsafeBufferPointer { samples in
                try packet.withUnsafeMutableBytes { try encoder.encode(samples, into: $0) }
            }
            return Array(packet[..<count])
        }
    }
}

extension OpusDecoder {
    /// Mean square of what a packet holds.
    fileprivate mutating func energy(of packet: [UInt8]) throws -> Double {
        var output = [Int16](repeating: 0, count: Self.packetSampleCountMax)
        let count = try packet.withUnsafeBytes { packet in
            try output.withUnsafeMutableBufferPointer { try decode(packet, into: $0) }
        }
        return output[..<count].reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, count))
    }
}
