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
        #expect(first.contains(.ask(ada)))
        #expect(admitted(first) == [])
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
        #expect(consent.join(ada, user: UserID(rawValue: 12), name: "eve", at: 4).contains(.ask(ada)))
        #expect(!consent.isInForce(ada))
        #expect(consent.leave(bob, isLost: false, at: 5) == [])
        #expect(consent.answer(true, by: bob, at: 5) == [])
    }

    @Test("answers are kept up to their limit; beyond it a no is still taken, a yes is not")
    func limit() {
        var consent = RecordingConsent()
        _ = consent.join(ada, user: UserID(rawValue: 10), name: "ada", at: 0)
        for count in 0..<RecordingConsent.eventsMax - 1 {
            #expect(consent.answer(count % 2 == 0, by: ada, at: 1) != nil)
        }
        #expect(consent.eventCount == RecordingConsent.eventsMax)
        #expect(consent.isInForce(ada))
        #expect(consent.answer(false, by: ada, at: 2)?.contains(.withdraw(ada)) == true)
        #expect(consent.answer(true, by: ada, at: 3) == nil)
        #expect(!consent.isInForce(ada))
        #expect(consent.join(bob, user: UserID(rawValue: 11), name: "bob", at: 4) == [])
    }
}
