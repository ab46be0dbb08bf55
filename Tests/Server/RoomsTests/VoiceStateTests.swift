import ControlWire
import Identifiers
import Permissions
import Testing
import VoiceRelay
import VoiceStateCache
import VoiceWire

@testable import Rooms

/// What the cache of voice is told, from joining to leaving.
@Suite(.timeLimit(.minutes(1))) struct VoiceStateTests {
    private func snapshot(_ harness: RoomsHarness) -> VoiceStateSnapshot { harness.services.voice.cache.snapshot }

    @Test func itFollowsVoiceFromJoiningToLeaving() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        #expect(snapshot(harness) == VoiceStateSnapshot())
        let voice = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        _ = try await bob.ask(voiceConnect)
        var now = snapshot(harness)
        #expect(now.sessions.map(\.userName).sorted() == ["ann", "bob"])
        #expect(now.sessions.first { $0.voice == voice }?.user == ann.user)
        #expect(now.rooms.map(\.name) == ["General"] && now.rooms.first?.sessionCount == 2)

        _ = try await ann.ask(.setMuted(isMuted: true))
        _ = try await ann.ask(.setDeafened(isDeafened: true))
        now = snapshot(harness)
        #expect(now.sessions.first { $0.voice == voice }?.isMuted == true)
        #expect(now.rooms.first?.mutedCount == 1 && now.rooms.first?.deafenedCount == 1)

        _ = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        await bob.session.end()
        #expect(snapshot(harness) == VoiceStateSnapshot())
        await harness.stop()
    }

    @Test func whoSpeaksAndWhatAModeratorLaidOnIsThere() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let eve = try await harness.member("eve", role: .moderator, in: 1)
        let voice = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        let general = try #require(await harness.services.directory.room(room(1)))
        await general.relayNoticed(.speaking(VoiceID(rawValue: voice), true))
        #expect(snapshot(harness).rooms.first?.speakingCount == 1)
        _ = try await eve.ask(
            .restrainVoice(VoiceRestraint(roomID: room(1), userID: ann.user, isMuted: true, isDeafened: nil)))
        let now = snapshot(harness)
        #expect(now.sessions.first?.isServerMuted == true && now.sessions.first?.isSpeaking == false)
        #expect(now.rooms.first?.speakingCount == 0 && now.rooms.first?.mutedCount == 1)
        await harness.stop()
    }

    @Test func howATalkerIsHeardIsThere() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let voice = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        _ = try await bob.ask(voiceConnect)
        var report = TalkerReception(
            voiceID: voice, frames: 100, lost: 5, late: 0, bursts: 5, jitter: 4, playoutDelay: 45)
        report.rating = 80
        _ = try await bob.ask(.audioQualityReport(packetLoss: 0.05, latency: 20, jitter: 4, talkers: [report]))
        let quality = try #require(snapshot(harness).qualities.first)
        #expect(quality.voice == voice && quality.listeners == 1 && quality.jitterMilliseconds == 4)
        #expect(quality.playoutDelayMilliseconds == 45 && quality.rating == 80)
        #expect(abs(quality.packetLoss - 0.05) < 1e-6 && quality.measuredAtMilliseconds > 1_700_000_000_000)
        await harness.stop()
    }
}
