import Testing
import VoiceWire

@testable import SyntheticSpeakers

/// Two people in room 0 and one in room 1, of whom all may talk: users 0, 1, 2 with the numbers 100, 101, 102.
struct LedgerHarness: ~Copyable {
    /// Kept as long as the ledger, which only looks into its memory.
    let speech = SpeechTable(byteCount: 20, count: 10)
    var ledger: ContentLedger

    init() {
        ledger = ContentLedger(speech: speech.view, usersMax: 8, roomsMax: 2)
        ledger.enter(0, voice: 100, room: 0, mayTalk: true)
        ledger.enter(1, voice: 101, room: 0, mayTalk: true)
        ledger.enter(2, voice: 102, room: 1, mayTalk: true)
    }

    mutating func send(_ sequence: UInt16, from user: Int = 0, timestamp: UInt32 = 960) {
        let payload = UInt16(ledger.payloadNumber(user, frame: sequence))
        ledger.note(
            SentFrames.Frame(
                sentAt: 1, timestamp: timestamp, sequence: sequence, payload: payload, flags: .talkspurtStart),
            of: user)
    }

    /// What user `listener` makes of a frame of the bytes that user 0 says with `sequence`.
    mutating func judge(
        voice: UInt16 = 100, _ sequence: UInt16, listener: Int = 1, timestamp: UInt32 = 960, flipping bit: Int? = nil,
        cut: Int = 0, reserved: Int = 0
    ) -> String {
        var bytes = Array(speech.payload(ledger.payloadNumber(0, frame: sequence)).dropFirst(reserved).dropLast(cut))
        if let bit { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
        return bytes.withUnsafeBytes { payload in
            let frame = HeardFrame(
                talker: voice, sequence: sequence, timestamp: timestamp, flags: .talkspurtStart, payload: payload)
            switch ledger.judge(frame, heardBy: listener, reserved: reserved, comparesTimestamp: true) {
            case .sound(_, let arrival): return "\(arrival)"
            case .fault(let cause): return "\(cause)"
            }
        }
    }
}

@Suite("Every frame is judged by what was sent")
struct ContentLedgerTests {
    @Test("a frame that was sent is sound once")
    func sound() {
        var harness = LedgerHarness()
        for number: UInt16 in 0..<5 { harness.send(number) }
        #expect(harness.judge(0) == "inOrder")
        #expect(harness.judge(2) == "afterGap")
        #expect(harness.judge(1) == "reordered")
        #expect(harness.judge(1) == "duplicates")
    }

    @Test("each flipped bit, and each byte cut off, is an alteration")
    func altered() {
        var harness = LedgerHarness()
        harness.send(3)
        for bit in 0..<160 { #expect(harness.judge(3, flipping: bit) == "altered") }
        for cut in 1...20 { #expect(harness.judge(3, cut: cut) == "altered") }
        #expect(harness.judge(3, timestamp: 961) == "alteredHeader")
        #expect(harness.judge(3) == "inOrder")
    }

    @Test("bytes that the wire keeps for itself are not compared, the others are")
    func reserved() {
        var harness = LedgerHarness()
        harness.send(3)
        #expect(harness.judge(3, flipping: 5, reserved: 4) == "altered")
        #expect(harness.judge(3, reserved: 4) == "inOrder")
    }

    @Test("who says something that was never sent, or long ago")
    func numbers() {
        var harness = LedgerHarness()
        #expect(harness.judge(0) == "neverSent")
        for number: UInt16 in 0..<600 { harness.send(number) }
        #expect(harness.judge(600) == "neverSent")
        #expect(harness.judge(87) == "tooOld")
        #expect(harness.judge(88) == "inOrder")
    }

    @Test("who hears somebody of another room, nobody known, or themself")
    func places() {
        var harness = LedgerHarness()
        harness.send(0)
        #expect(harness.judge(0, listener: 2) == "wrongRoom")
        #expect(harness.judge(voice: 555, 0) == "unknownTalker")
        #expect(harness.judge(0, listener: 0) == "ownFrame")
        // The right bytes under somebody else's number.
        #expect(harness.judge(voice: 101, 0, listener: 0) == "neverSent")
    }

    @Test("who has left is not known, and their successor begins anew")
    func leaving() {
        var harness = LedgerHarness()
        harness.send(0)
        #expect(harness.judge(0) == "inOrder")
        harness.ledger.leave(0)
        #expect(harness.judge(0) == "unknownTalker")
        harness.ledger.enter(0, voice: 100, room: 0, mayTalk: true)
        #expect(harness.judge(0) == "neverSent")
        harness.send(0)
        #expect(harness.judge(0) == "inOrder")
    }

    @Test("a number that was given on belongs to its new holder when the old one goes")
    func givenOn() {
        var harness = LedgerHarness()
        harness.ledger.enter(3, voice: 100, room: 1, mayTalk: true)
        harness.ledger.leave(0)
        #expect(harness.judge(0, listener: 1) == "wrongRoom")
        #expect(harness.judge(0, listener: 2) == "neverSent")
    }

    @Test("tables grow with the talkers of a room")
    func growth() {
        let speech = SpeechTable(byteCount: 9)
        defer { withExtendedLifetime(speech) {} }
        var ledger = ContentLedger(speech: speech.view, usersMax: 70, roomsMax: 1)
        for user in 0..<70 { ledger.enter(user, voice: UInt16(user), room: 0, mayTalk: user > 0) }
        for user in 1..<70 {
            ledger.note(
                SentFrames.Frame(sentAt: 1, sequence: 5, payload: UInt16(ledger.payloadNumber(user, frame: 5))),
                of: user)
        }
        for round in 0..<2 {
            for user in 1..<70 {
                let frame = HeardFrame(
                    talker: UInt16(user), sequence: 5, timestamp: 0, flags: [],
                    payload: ledger.payload(ledger.payloadNumber(user, frame: 5)))
                let judgement = ledger.judge(frame, heardBy: 0, reserved: 0, comparesTimestamp: true)
                if case .sound = judgement { #expect(round == 0) } else { #expect(round == 1) }
            }
        }
    }
}
