import Foundation
import Identifiers
import NetworkSimulator
import Testing
import VoiceWire

@testable import Recordings

@Suite("Consent at random")
struct RandomConsentTests {
    @Test("not one frame without consent in force is in any file", arguments: 1...5 as ClosedRange<UInt64>)
    func randomMinds(seed: UInt64) throws {
        let room = try UndecidedPeople(seed: seed)
        for _ in 0..<2_000 { room.goOn() }
        let recorder = room.finish()
        let manifest = try #require(try recorder.manifest())
        var writtenCount = 0
        for track in manifest.tracks {
            for packet in try recorder.content(track.number).sound {
                guard let tag = UndecidedPeople.tag(of: packet) else { continue }
                writtenCount += 1
                #expect(tag.person == Int(track.user.rawValue), "seed \(seed): a frame in another's file")
                #expect(
                    room.mayBeWritten(tag.person, tag.at),
                    "seed \(seed): person \(tag.person), a frame of \(tag.at) without consent")
            }
        }
        #expect(
            room.yesCount > 15 && writtenCount > 1_500,
            "seed \(seed): \(room.yesCount) times yes, \(writtenCount) frames: too few to tell anything")
    }
}

/// Five people who change their minds at random, talk all the time over a bad network, leave and come back; every frame is
/// tagged with who sent it and when.
private final class UndecidedPeople {
    private struct Person {
        var voice: UInt16
        var sequence = 0
        /// The packets of the last frames, for what datagrams carry of them.
        var sent: [(number: Int, packet: [UInt8])] = []
        /// When consent was in force.
        var consents: [(from: UInt64, until: UInt64)] = []
    }

    private var random: SeededGenerator
    private let recorder: RecorderHarness
    private var consent = RecordingConsent()
    private var people = (0..<5).map { Person(voice: UInt16($0 + 1)) }
    /// What waits for the recorder, each in its own line.
    private var tapped: [RecordedFrame] = []
    private var orders: [RecorderOrder] = []
    private var orderedAt: UInt64?

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        recorder = try RecorderHarness()
        recorder.start()
        for index in people.indices { join(index) }
    }

    var yesCount: Int { people.map(\.consents.count).reduce(0, +) }

    func mayBeWritten(_ person: Int, _ at: UInt64) -> Bool {
        people[person].consents.contains { $0.from <= at && at < $0.until }
    }

    /// One frame of everybody.
    func goOn() {
        recorder.now += 20 * millisecond
        for index in people.indices {
            changeMind(index)
            send(index)
        }
        // The recorder looks from time to time only.
        if random.chance(0.4) { look() }
    }

    func finish() -> RecorderHarness {
        look(isLast: true)
        recorder.stop()
        return recorder
    }

    private func changeMind(_ index: Int) {
        let voice = VoiceID(rawValue: people[index].voice)
        if random.chance(0.02) {
            carry(consent.answer(random.chance(0.6), by: voice, at: 0) ?? [])
        } else if random.chance(0.003) {
            carry(consent.leave(voice, isLost: random.chance(0.5), at: 0))
            // The next session may get an id that was somebody else's.
            let candidate = UInt16.random(in: 10...14, using: &random)
            people[index].voice = people.contains { $0.voice == candidate } ? UInt16(20 + index) : candidate
            people[index].sequence += Int.random(in: 0...3_000, using: &random)
            people[index].sent = []
            join(index)
        }
    }

    private func join(_ index: Int) {
        carry(
            consent.join(
                VoiceID(rawValue: people[index].voice), user: UserID(rawValue: UInt64(index)), name: "\(index)", at: 0)
                ?? [])
    }

    private func carry(_ actions: [RecordingConsent.Action]) {
        if !actions.isEmpty, orderedAt == nil { orderedAt = recorder.now }
        for action in actions {
            switch action {
            case .admit(let speaker):
                orders.append(.admit(recorder.id, speaker, from: recorder.now))
                people[Int(speaker.user.rawValue)].consents.append((recorder.now, .max))
            case .withdraw(let voice):
                orders.append(.withdraw(recorder.id, voice, until: recorder.now))
                let person = people.firstIndex { $0.voice == voice.rawValue } ?? 0
                people[person].consents[people[person].consents.count - 1].until = recorder.now
            case .note(let event): orders.append(.note(recorder.id, event))
            case .ask: break
            }
        }
    }

    private func send(_ index: Int) {
        let packet = Self.packet(person: index, at: recorder.now)
        let number = people[index].sequence
        var extensions: [UInt8] = []
        for earlier in people[index].sent where random.chance(0.2) && extensions.count < 150 {
            extensions += EarlierFrame.block(earlier.packet, distance: number - earlier.number)
        }
        people[index].sent.append((number, packet))
        if people[index].sent.count > 15 { people[index].sent.removeFirst() }
        people[index].sequence += 1
        // Lost on the way; and the relay, which is told by routes, is not trusted to follow at once.
        guard !random.chance(0.15), consent.isInForce(VoiceID(rawValue: people[index].voice)) || random.chance(0.2)
        else { return }
        tapped.append(
            .frame(number, packet, voice: people[index].voice, at: recorder.now, extensions: extensions))
    }

    /// Orders come up to 400 ms later than the frames that they are about.
    private func look(isLast: Bool = false) {
        let isDue = isLast || random.chance(0.3) || (orderedAt.map { recorder.now - $0 > 300 * millisecond } ?? false)
        let due = isDue ? orders : []
        if isDue { (orders, orderedAt) = ([], nil) }
        for order in due { recorder.core.announce(order) }
        for frame in tapped { recorder.core.take(frame) }
        for order in due { recorder.core.carryOut(order, wall: 0) }
        tapped = []
        recorder.core.advance(to: recorder.now, wall: 0)
    }

    /// A valid Opus packet (CELT, 20 ms) whose body is a tag.
    private static func packet(person: Int, at nanoseconds: UInt64) -> [UInt8] {
        [0xF8, UInt8(person)] + (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * $0)) }
            + [UInt8](repeating: 0xA5, count: 30)
    }

    static func tag(of packet: [UInt8]) -> (person: Int, at: UInt64)? {
        guard packet.count == 40, packet[0] == 0xF8 else { return nil }
        return (Int(packet[1]), packet[2..<10].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
}
