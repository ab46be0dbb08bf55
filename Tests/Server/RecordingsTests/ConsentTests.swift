import Foundation
import Identifiers
import Testing
import VoiceWire

@testable import Recordings

@Suite("Nobody is recorded without their consent")
struct ConsentTests {
    private let ada = VoiceID(rawValue: 1)
    private let bob = VoiceID(rawValue: 2)

    private func admitted(_ actions: [RecordingConsent.Action]) -> [VoiceID] {
        actions.compactMap { if case .admit(let speaker) = $0 { speaker.voice } else { nil } }
    }

    @Test("everybody is asked, nobody is taken before their own yes")
    func asked() {
        var consent = RecordingConsent()
        let first = consent.join(ada, user: UserID(rawValue: 10), name: "ada", at: 1)
        #expect(first?.contains(.ask(ada)) == true)
        #expect(admitted(first ?? []) == [])
        _ = consent.join(bob, user: UserID(rawValue: 11), name: "bob", at: 2)
        let yes = consent.answer(true, by: bob, at: 3) ?? []
        #expect(admitted(yes) == [bob])
        #expect(!consent.isInForce(ada))
        #expect(consent.isInForce(bob))
        #expect(consent.answer(true, by: bob, at: 4) == [])
    }

    @Test("a no holds for every device of the account")
    func everyDevice() {
        var consent = RecordingConsent()
        for voice in [ada, bob] { _ = consent.join(voice, user: UserID(rawValue: 10), name: "ada", at: 1) }
        for voice in [ada, bob] { _ = consent.answer(true, by: voice, at: 2) }
        let no = consent.answer(false, by: bob, at: 3) ?? []
        #expect(no.contains(.withdraw(ada)))
        #expect(no.contains(.withdraw(bob)))
        #expect(!consent.isInForce(ada))
    }

    @Test("consent ends with leaving voice, and a new session is asked anew", arguments: [false, true])
    func leaving(isLost: Bool) {
        var consent = RecordingConsent()
        _ = consent.join(ada, user: UserID(rawValue: 10), name: "ada", at: 1)
        _ = consent.answer(true, by: ada, at: 2)
        #expect(consent.leave(ada, isLost: isLost, at: 3).first == .withdraw(ada))
        #expect(!consent.isInForce(ada))
        #expect(consent.join(ada, user: UserID(rawValue: 12), name: "eve", at: 4)?.contains(.ask(ada)) == true)
        #expect(!consent.isInForce(ada))
        #expect(consent.leave(bob, isLost: false, at: 5) == [])
        #expect(consent.answer(true, by: bob, at: 5) == [])
    }

    /// Joins, and answers so often that there are so many questions and answers of that account: the last one a yes.
    private func fill(_ consent: inout RecordingConsent, _ voice: VoiceID, user: UInt64, events: Int) {
        _ = consent.join(voice, user: UserID(rawValue: user), name: "user \(user)", at: 0)
        for count in stride(from: events - 2, through: 0, by: -1) {
            #expect(consent.answer(count.isMultiple(of: 2), by: voice, at: 1)?.isEmpty == false)
        }
    }

    @Test("answers are kept up to their limit; beyond it a no is still taken, a yes and a question are not")
    func limit() {
        var consent = RecordingConsent()
        // Nobody alone has as many as one may have.
        for number in 1...10 {
            fill(&consent, VoiceID(rawValue: UInt16(number)), user: UInt64(number), events: 999)
        }
        let last = VoiceID(rawValue: 11)
        fill(&consent, last, user: 11, events: 10)
        #expect(consent.eventCount == RecordingConsent.eventsMax)
        #expect(consent.isInForce(last))
        #expect(consent.answer(false, by: last, at: 2)?.contains(.withdraw(last)) == true)
        #expect(consent.answer(true, by: last, at: 3) == nil)
        #expect(!consent.isInForce(last))
        #expect(consent.join(VoiceID(rawValue: 12), user: UserID(rawValue: 12), name: "eve", at: 4) == nil)
    }

    @Test("one account has a limit of its own; past it others are asked and recorded as before")
    func limitOfOne() {
        var consent = RecordingConsent()
        fill(&consent, ada, user: 10, events: RecordingConsent.eventsPerUserMax)
        #expect(consent.isInForce(ada), "the last one that may be is taken")
        #expect(consent.answer(false, by: ada, at: 2)?.contains(.withdraw(ada)) == true)
        #expect(consent.answer(true, by: ada, at: 3) == nil)
        #expect(!consent.isInForce(ada))
        #expect(consent.leave(ada, isLost: false, at: 4).count == 1, "that somebody left is kept")
        #expect(consent.join(ada, user: UserID(rawValue: 10), name: "ada", at: 5) == nil)
        #expect(consent[ada] == nil)
        #expect(consent.answer(true, by: ada, at: 6) == [] && !consent.isInForce(ada))
        #expect(consent.join(bob, user: UserID(rawValue: 11), name: "bob", at: 7)?.contains(.ask(bob)) == true)
        #expect(admitted(consent.answer(true, by: bob, at: 8) ?? []) == [bob])
    }
}
