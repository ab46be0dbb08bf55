import ControlWire
import Foundation
import Identifiers
import Permissions
import Testing
import VoiceRelay
import VoiceTestSupport

@testable import Rooms

/// What moderators do to somebody's voice holds at the next packet, in the relay that forwards it.
///
/// A frame that is not forwarded is told by the next one, of somebody else, coming first: the relay keeps the order.
@Suite(.timeLimit(.minutes(1))) struct ServerMuteRelayTests {
    private struct Scene {
        let harness: RoomsHarness
        let keeper: TestClient
        let ann: TestClient
        let keeperVoice: VoiceSocketClient
        let annVoice: VoiceSocketClient
        let listenerVoice: VoiceSocketClient
    }

    private func scene() async throws -> Scene {
        let harness = try await RoomsHarness { $0.allowsUnsealed = true }
        func speaker(_ name: String) async throws -> (TestClient, VoiceSocketClient) {
            let client = try await harness.member(name, isEncrypted: false)
            _ = try await client.ask(.join(roomID: room(1), password: nil))
            return (client, try VoiceSocketClient(try grant(try await client.ask(voiceConnect))))
        }
        let (keeper, keeperVoice) = try await speaker("keeper")
        try await harness.promote(keeper, to: .moderator)
        let (ann, annVoice) = try await speaker("ann")
        let (_, listenerVoice) = try await speaker("listener")
        return Scene(
            harness: harness, keeper: keeper, ann: ann, keeperVoice: keeperVoice, annVoice: annVoice,
            listenerVoice: listenerVoice)
    }

    private func restrain(_ scene: Scene, muted: Bool? = nil, deafened: Bool? = nil) async throws {
        let answer = try await scene.keeper.ask(
            .restrainVoice(
                VoiceRestraint(roomID: room(1), userID: scene.ann.user, isMuted: muted, isDeafened: deafened)), id: 2)
        guard case .serverResponse(true, _, nil, nil) = answer.first(where: { $0.requestID == 2 })?.message else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test func whoIsMutedIsNotForwardedAndCannotUndoIt() async throws {
        let scene = try await scene()
        try scene.annVoice.speak(1)
        #expect(try scene.listenerVoice.hear() == 1)
        #expect(try scene.keeperVoice.hear() == 1)
        try await restrain(scene, muted: true)
        try scene.annVoice.speak(2)
        try scene.keeperVoice.speak(3)
        #expect(try scene.listenerVoice.hear() == 3)
        // Unmuting oneself does not lift what a moderator laid on.
        for isMuted in [true, false] { _ = try await scene.ann.ask(.setMuted(isMuted: isMuted)) }
        try scene.annVoice.speak(4)
        try scene.keeperVoice.speak(5)
        #expect(try scene.listenerVoice.hear() == 5)
        try await restrain(scene, muted: false)
        try scene.annVoice.speak(6)
        #expect(try scene.listenerVoice.hear() == 6)
        await scene.harness.stop()
    }

    @Test func whoIsDeafenedHearsNothingUntilItIsTakenBack() async throws {
        let scene = try await scene()
        try await restrain(scene, deafened: true)
        try scene.keeperVoice.speak(1)
        #expect(try scene.listenerVoice.hear() == 1)
        try await restrain(scene, deafened: false)
        try scene.keeperVoice.speak(2)
        #expect(try scene.annVoice.hear() == 2)
        await scene.harness.stop()
    }

    @Test func losingTheRightToSpeakHoldsAtTheNextPacket() async throws {
        let scene = try await scene()
        try await scene.harness.promote(scene.keeper, to: .admin)
        let override = PermissionOverride(subject: .user(scene.ann.user), denied: PermissionSet(.speak))
        _ = try await scene.keeper.ask(.setOverride(roomID: room(1), override: OverrideRecord(override: override)))
        try scene.annVoice.speak(1)
        try scene.keeperVoice.speak(2)
        #expect(try scene.listenerVoice.hear() == 2)
        let none = PermissionOverride(subject: .user(scene.ann.user))
        _ = try await scene.keeper.ask(.setOverride(roomID: room(1), override: OverrideRecord(override: none)))
        try scene.annVoice.speak(3)
        #expect(try scene.listenerVoice.hear() == 3)
        await scene.harness.stop()
    }

    @Test func everybodySeesItAndItIsThereAfterComingBack() async throws {
        let scene = try await scene()
        _ = try await scene.ann.received()
        try await restrain(scene, muted: true)
        let updates = try await scene.ann.received().messages.compactMap { message -> VoiceUserUpdate? in
            if case .userVoiceUpdate(let update) = message, update.isServerMuted == true { update } else { nil }
        }
        #expect(updates.count == 1 && updates.first?.isMuted == false)
        await scene.ann.session.end()
        let again = scene.harness.connect(isEncrypted: false)
        _ = try await again.ask(.login(username: "ann", password: "password of ann"))
        _ = try await again.ask(.join(roomID: room(1), password: nil))
        guard case .roomVoiceState(_, let users) = try await again.ask(voiceConnect).messages.last else {
            Issue.record("no state")
            return
        }
        #expect(users.first { $0.username == "ann" }?.isServerMuted == true)
        #expect(users.first { $0.username == "keeper" }?.isServerMuted == nil)
        #expect(users.first { $0.username == "keeper" }?.isPrioritySpeaker == true)
        await scene.harness.stop()
    }

    @Test func itEndsAtItsInstant() async throws {
        let scene = try await scene()
        let general = try #require(await scene.harness.services.directory.room(room(1)))
        let member = try #require(scene.keeper.session.member)
        let target = try #require(scene.ann.session.member).person
        let now = Date()
        try await general.restrain(
            target,
            VoiceRestraint(roomID: room(1), userID: target.user, isMuted: true, isDeafened: nil, durationSeconds: 600),
            by: member, at: now)
        await general.refreshVoice(at: now + 599.9)
        #expect(try await isMuted(scene, general))
        await general.refreshVoice(at: now + 600)
        #expect(try await !isMuted(scene, general))
        await scene.harness.stop()
    }

    private func isMuted(_ scene: Scene, _ general: Room) async throws -> Bool {
        let connection = try #require(scene.ann.session.member).connection
        return await general.voiceTable[connection]?.standing.isServerMuted == true
    }
}
