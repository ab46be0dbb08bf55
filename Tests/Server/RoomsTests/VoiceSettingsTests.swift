import ControlWire
import Identifiers
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct VoiceSettingsTests {
    @Test func muteAndDeafenAreToldToTheRoomAndVolumeIsNot() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let voiceID = try grant(try await ann.ask(voiceConnect)).voiceID
        _ = try await bob.received()
        var update = VoiceUserUpdate(
            userID: UserID(rawValue: 1), isSpeaking: false, isMuted: true, isDeafened: false, voiceID: voiceID,
            roomID: room(1))
        #expect(
            try await ann.ask(.setMuted(isMuted: true), id: 1)
                == [ControlEnvelope(message: .userVoiceUpdate(update), requestID: 1)])
        #expect(try await bob.received().messages == [.userVoiceUpdate(update)])
        update.isDeafened = true
        #expect(try await ann.ask(.setDeafened(isDeafened: true)).messages == [.userVoiceUpdate(update)])
        #expect(try await bob.received().messages == [.userVoiceUpdate(update)])
        guard case .serverResponse(true, _, nil, nil) = try await ann.ask(.setVolume(volume: 2)).messages.first else {
            Issue.record("volume refused")
            return
        }
        #expect(try await bob.received().isEmpty)
        let carol = try await harness.member("carol")
        guard
            case .roomVoiceState(_, let users) = try await carol.ask(.join(roomID: room(1), password: nil)).messages
                .last
        else {
            Issue.record("no state")
            return
        }
        #expect(users.map(\.volume) == [2])
        #expect(users.map(\.isDeafened) == [true])
        await harness.stop()
    }

    @Test func settingsMadeBeforeVoiceHoldInVoice() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        guard case .serverResponse(true, _, nil, nil) = try await ann.ask(.setMuted(isMuted: true)).messages.first
        else {
            Issue.record("refused")
            return
        }
        guard case .roomVoiceState(_, let users) = try await ann.ask(voiceConnect).messages.last else {
            Issue.record("no state")
            return
        }
        #expect(users.map(\.isMuted) == [true])
        await harness.stop()
    }

    @Test(arguments: [
        ControlMessage.setVolume(volume: -0.01), .setVolume(volume: 2.01), .requestBitrateChange(targetBitrate: 15_999),
        .requestBitrateChange(targetBitrate: 128_001), .audioQualityReport(packetLoss: 1.01, latency: 0, jitter: 0),
        .audioQualityReport(packetLoss: -0.01, latency: 0, jitter: 0),
    ])
    func valuesOnePastTheirRangeAreRefused(_ message: ControlMessage) async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        guard case .voiceError(.invalidValue, _) = try await ann.ask(message).messages.first else {
            Issue.record("taken")
            return
        }
        #expect(harness.counters[.valueRefused] == 1)
        await harness.stop()
    }

    @Test(arguments: [
        ControlMessage.setVolume(volume: 0), .setVolume(volume: 2), .requestBitrateChange(targetBitrate: 16_000),
        .requestBitrateChange(targetBitrate: 128_000),
    ])
    func valuesAtTheirLimitsAreTaken(_ message: ControlMessage) async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        guard case .serverResponse(true, _, nil, nil) = try await ann.ask(message).messages.first else {
            Issue.record("refused")
            return
        }
        await harness.stop()
    }

    @Test func qualityReportsInRangeAreTakenWithoutAnswer() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        #expect(try await ann.ask(.audioQualityReport(packetLoss: 1, latency: 40, jitter: 3)).isEmpty)
        await harness.stop()
    }
}
