import ControlWire
import Foundation
import Identifiers
import Testing

@testable import Rooms

/// How long a mute and a deafening last when they are changed one by one.
struct RestraintEndTests {
    private let now = Date(timeIntervalSince1970: 1_000)

    private func change(
        _ laid: RoomAccess.Restraint, muted: Bool? = nil, deafened: Bool? = nil, seconds: UInt64? = nil
    ) -> RoomAccess.Restraint {
        laid.changed(
            by: VoiceRestraint(
                roomID: room(1), userID: UserID(rawValue: 2), isMuted: muted, isDeafened: deafened,
                durationSeconds: seconds), at: now)
    }

    @Test func whatIsTakenBackLeavesTheOtherItsEnd() {
        let both = change(.init(), muted: true, deafened: true, seconds: 600)
        #expect(both.expiresAt == now + 600)
        let one = change(both, muted: false)
        #expect(one == .init(isMuted: false, isDeafened: true, expiresAt: now + 600))
    }

    @Test func whatIsLaidWithoutAnEndHasNone() {
        let muted = change(.init(), muted: true, seconds: 600)
        #expect(change(muted, deafened: true).expiresAt == nil)
        #expect(change(muted, muted: true).expiresAt == nil)
    }

    @Test func whatIsLaidAgainWithAnEndEndsThen() {
        let muted = change(.init(), muted: true)
        #expect(muted.expiresAt == nil)
        #expect(change(muted, muted: true, seconds: 5).expiresAt == now + 5)
    }
}
