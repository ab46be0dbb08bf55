import ControlWire
import Identifiers
import Testing
import VoiceRelay
import VoiceWire

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct VoiceSessionTests {
    @Test func connectingGrantsAKeyForEachDirectionAndShowsWhoIsThere() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let first = try grant(try await ann.ask(voiceConnect, id: 3))
        _ = try await bob.received()
        let answers = try await bob.ask(voiceConnect, id: 4)
        let second = try grant(answers)
        #expect(answers.first?.requestID == 4)
        #expect(second.udpPort == harness.relay.port)
        #expect(second.sessionToken.count == 32 && second.clientKey?.count == 64 && second.serverKey?.count == 64)
        #expect(Set([first.clientKey, first.serverKey, second.clientKey, second.serverKey]).count == 4)
        #expect(first.voiceRoomID == second.voiceRoomID)
        #expect(first.voiceID != second.voiceID)
        #expect(second.tokenMilliseconds == 10_000)
        #expect(second.keepaliveMilliseconds == 20_000)
        #expect(second.timeoutMilliseconds == 45_000)
        guard case .roomVoiceState(room(1), let users) = answers.last?.message else {
            Issue.record("no state")
            return
        }
        #expect(Set(users.map(\.username)) == ["ann", "bob"])
        #expect(users.first { $0.username == "bob" }?.voiceID == second.voiceID)
        let bobsState = try #require(users.first { $0.username == "bob" })
        #expect(try await ann.received().messages.last == .voiceUserJoined(roomID: room(1), user: bobsState))
        await harness.stop()
    }

    @Test func whoJoinsTheRoomLaterSeesWhoIsInVoice() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        _ = try await ann.ask(voiceConnect)
        let bob = try await harness.member("bob")
        let answers = try await bob.ask(.join(roomID: room(1), password: nil))
        guard case .roomVoiceState(room(1), let users) = answers.last?.message else {
            Issue.record("\(answers)")
            return
        }
        #expect(users.map(\.username) == ["ann"])
        await harness.stop()
    }

    @Test func aHiddenRoomIsNoneToThoseWhoMayNotKnowIt() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(9), name: "Den", description: "", password: nil, kind: .closed))
        let bob = try await harness.member("bob")
        let connect = ControlMessage.voiceConnect(roomID: room(9), userID: .server)
        // That bob came is not what is asked.
        _ = try await ann.received()
        guard case .voiceError(.roomNotFound, _) = try await bob.ask(connect).messages.first,
            case .voiceError(.notAMember, _) = try await ann.ask(connect).messages.first
        else {
            Issue.record("told")
            return
        }
        await harness.stop()
    }

    @Test func onlyMembersMayConnectAndOnlyOnce() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        guard case .voiceError(.notAMember, _) = try await ann.ask(voiceConnect).messages.first,
            case .voiceError(.roomNotFound, _) = try await ann.ask(.voiceConnect(roomID: room(9), userID: .server))
                .messages
                .first,
            case .voiceError(.notConnected, _) = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server))
                .messages.first
        else {
            Issue.record("let in")
            return
        }
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        _ = try grant(try await ann.ask(voiceConnect))
        guard case .voiceError(.alreadyConnected, _) = try await ann.ask(voiceConnect).messages.first else {
            Issue.record("let in twice")
            return
        }
        #expect(harness.counters[.voiceNotConnected] == 1)
        #expect(harness.counters[.voiceAlreadyConnected] == 1)
        await harness.stop()
    }

    @Test func disconnectingIsAnnouncedOnceAndMayBeRepeated() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        let voiceID = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        _ = try await bob.received()
        let left = ControlMessage.voiceUserLeft(
            roomID: room(1), userID: UserID(rawValue: 1), voiceID: voiceID, reason: .left)
        let answer = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server), id: 5).last
        #expect(answer == ControlEnvelope(message: left, requestID: 5))
        #expect(try await bob.received().messages == [left])
        _ = try grant(try await ann.ask(voiceConnect))
        await harness.stop()
    }

    @Test(arguments: [true, false])
    func leavingTheRoomOrTheServerEndsVoice(_ isLeaving: Bool) async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try grant(try await ann.ask(voiceConnect))
        _ = try await bob.received()
        if isLeaving { _ = try await ann.ask(.leave(roomID: room(1))) } else { await ann.session.end() }
        let seen = try await bob.received().messages
        let departures = seen.filter { if case .voiceUserLeft = $0 { true } else { false } }
        #expect(departures.count == 1)
        guard case .voiceUserLeft(_, _, _, let reason) = departures.first else { return }
        #expect(reason == (isLeaving ? .left : .disconnected))
        await harness.stop()
    }

    @Test func tokenThatIsNotUsedEndsTheSession() async throws {
        let harness = try await RoomsHarness { $0.tokenLifetime = .milliseconds(50) }
        let ann = try await harness.member("ann", in: 1)
        let voiceID = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        let seen = try await ann.wait { if case .voiceUserLeft = $0 { true } else { false } }
        #expect(
            seen.last?.message
                == .voiceUserLeft(roomID: room(1), userID: UserID(rawValue: 1), voiceID: voiceID, reason: .timedOut))
        // The connection may try again.
        _ = try grant(try await ann.ask(voiceConnect))
        await harness.stop()
    }

    @Test func keysAreNotHandedOverInPlaintext() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", isEncrypted: false)
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        guard case .voiceError(.encryptionRequired, _) = try await ann.ask(voiceConnect).messages.first else {
            Issue.record("not refused")
            return
        }
        #expect(harness.counters[.voiceUnencrypted] == 1)
        await harness.stop()
    }

    @Test func unsealedVoiceIsGrantedWhereAllowed() async throws {
        let harness = try await RoomsHarness { $0.allowsUnsealed = true }
        let plain = try await harness.member("plain", isEncrypted: false)
        _ = try await plain.ask(.join(roomID: room(1), password: nil))
        let unsealed = try grant(try await plain.ask(voiceConnect))
        #expect(unsealed.cipher == "none" && unsealed.clientKey == nil && unsealed.serverKey == nil)
        let sealed = try await harness.member("sealed", in: 1)
        #expect(try grant(try await sealed.ask(voiceConnect)).cipher != "none")
        await harness.stop()
    }

    @Test func cipherIsOneTheClientOffers() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let offer = { (ciphers: [String]) in
            ControlMessage.voiceConnect(roomID: room(1), userID: .server, ciphers: ciphers)
        }
        for useless in [[], ["rot13"], ["none"]] {
            guard case .voiceError(.encryptionRequired, _) = try await ann.ask(offer(useless)).messages.first else {
                Issue.record("\(useless) was taken")
                continue
            }
        }
        let granted = try grant(try await ann.ask(offer(["rot13", "chacha20-poly1305"])))
        #expect(granted.cipher == "chacha20-poly1305")
        await harness.stop()
    }

    @Test func bundlesAreGrantedAsAskedForWithinTheirLimits() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let ask = { (byteCount: Int?) in
            ControlMessage.voiceConnect(roomID: room(1), userID: .server, bundleBytesMax: byteCount)
        }
        for refused in [-1, 1, 255, 1_373] {
            #expect(
                try await ann.ask(ask(refused)).messages == [
                    .voiceError(
                        code: .invalidValue,
                        message: "bundle_bytes_max must be 256…1372 bytes, or 0 for no bundles")
                ])
        }
        for (asked, granted) in [(nil, nil), (0, nil), (256, 256), (1_372, 1_372)] as [(Int?, Int?)] {
            #expect(try grant(try await ann.ask(ask(asked))).bundleBytesMax == granted)
            _ = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        }
        await harness.stop()
    }

    @Test func speakingIsToldOnceAndLateNoticesChangeNothing() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let voiceID = try #require(try grant(try await ann.ask(voiceConnect)).voiceID)
        let voice = VoiceID(rawValue: voiceID)
        let general = try #require(await harness.services.directory.room(room(1)))
        await general.relayNoticed(.speaking(voice, true))
        await general.relayNoticed(.speaking(voice, true))
        let spoke = try await ann.received().messages
        #expect(spoke.count == 1)
        guard case .userVoiceUpdate(let update) = spoke.first else { return }
        #expect(update.isSpeaking)
        // Muting ends speaking; a notice that was under way does not bring it back.
        guard case .userVoiceUpdate(let muted) = try await ann.ask(.setMuted(isMuted: true)).messages.first else {
            return
        }
        #expect(!muted.isSpeaking)
        await general.relayNoticed(.speaking(voice, true))
        _ = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        await general.relayNoticed(.speaking(voice, true))
        await general.relayNoticed(.ended(voice, .timedOut))
        #expect(try await ann.received().isEmpty)
        await harness.stop()
    }
}
