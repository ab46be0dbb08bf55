import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings
import TestSupport
import Testing
import VoiceRelay
import VoiceTestSupport

@testable import Rooms

/// Recording through sessions, over a real relay, into real files.
@Suite(.timeLimit(.minutes(1))) struct RecordingSessionTests {
    private struct Person {
        let client: TestClient
        let voice: UInt16
        let socket: VoiceSocketClient
    }

    private func recordingServer(_ change: (inout RecordingsConfiguration) -> Void = { _ in }) async throws
        -> RoomsHarness
    {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        change(&configuration)
        return try await RoomsHarness(recordings: configuration) { $0.allowsUnsealed = true }
    }

    private func enter(_ client: TestClient) async throws -> Person {
        let connect = ControlMessage.voiceConnect(roomID: room(1), userID: .server, ciphers: ["none"])
        let opened = try grant(try await client.ask(connect))
        return Person(
            client: client, voice: try #require(opened.voiceID), socket: try VoiceSocketClient(opened))
    }

    private func states(_ answers: [ControlEnvelope]) -> [RecordingState] {
        answers.messages.compactMap { if case .recordingState(let state) = $0 { state } else { nil } }
    }

    private func consent(_ isConsent: Bool) -> ControlMessage {
        .recordingConsent(roomID: room(1), isConsent: isConsent)
    }

    /// A frame of one byte's content (a table of contents of Opus), heard by the other.
    private func speak(_ content: UInt8, _ talker: Person, heardBy listener: Person, count: Int = 5) throws {
        for _ in 0..<count {
            try talker.socket.speak(content)
            #expect(try listener.socket.hear() == content)
        }
    }

    @Test func onlyWhoSaidYesIsRecordedAndOnlyFromThenUntilANo() async throws {
        let harness = try await recordingServer()
        let ann = try await enter(try await harness.member("ann", role: .admin, in: 1))
        let bob = try await enter(try await harness.member("bob", in: 1))
        let text = try await harness.member("text", in: 1)
        _ = (try await ann.client.received(), try await text.received())

        let started = try #require(states(try await ann.client.ask(.startRecording(roomID: room(1)), id: 4)).first)
        #expect(started.isRecording && started.startedBy == "ann" && started.hasMix == nil)
        #expect(started.speakers.map(\.answer) == [.asked, .asked])
        #expect(states(try await bob.client.received()).first == started, "everybody in voice is told")
        #expect(states(try await text.received()).first == started, "and who only writes, too")

        try speak(0xF0, bob, heardBy: ann)
        let agreed = try #require(states(try await bob.client.ask(consent(true), id: 5)).first)
        #expect(agreed.speakers.first { $0.voiceID == bob.voice }?.answer == .yes)
        #expect(states(try await ann.client.received()).last == agreed, "who agreed is visible to all")
        try speak(0xF8, bob, heardBy: ann)
        try speak(0xF8, ann, heardBy: bob)
        _ = try await bob.client.ask(consent(false))
        try speak(0xE8, bob, heardBy: ann)

        _ = try await ann.client.ask(.stopRecording(roomID: room(1)))
        #expect(states(try await bob.client.received()).last?.end == "stopped")
        let archive = try #require(harness.recordings)
        var endings = archive.recorder.endings.makeAsyncIterator()
        let id = try #require(await endings.next()?.id)
        let manifest = try await archive.manifest(id)
        #expect(manifest.tracks.map(\.user) == [bob.client.user])
        #expect(manifest.tracks.map(\.frames) == [5])
        #expect(manifest.consent.map(\.kind) == [.asked, .asked, .yes, .no])
        let file = try await archive.read(id, track: 1, from: 0, countMax: 32_768).bytes
        let frame = [UInt8](repeating: 0xF8, count: 20)
        #expect(file.indices.filter { file[$0...].starts(with: frame) }.count >= 5)
        for content: UInt8 in [0xF0, 0xE8] {
            #expect(!file.indices.contains { file[$0...].starts(with: [UInt8](repeating: content, count: 20)) })
        }
        await harness.stop()
    }

    /// Who administers a room need not have joined it; the command line never does.
    @Test func whoIsNotInTheRoomIsAnsweredToo() async throws {
        let harness = try await recordingServer()
        let bob = try await enter(try await harness.member("bob", in: 1))
        let admin = try await harness.member("eve", role: .admin)
        _ = try await bob.client.received()
        let requests: [(ControlMessage, Bool)] = [
            (.startRecording(roomID: room(1)), true), (.stopRecording(roomID: room(1)), false),
        ]
        for (request, isRecording) in requests {
            let answers = try await admin.ask(request, id: 7)
            #expect(states(answers).map(\.isRecording) == [isRecording], "answered once")
            #expect(answers.map(\.requestID) == [7], "and told nothing else of the room")
            #expect(states(try await bob.client.received()).last?.isRecording == isRecording)
        }
        await harness.stop()
    }

    @Test func aMixIsToldToAllAndFetchedByWhoMayRecord() async throws {
        let harness = try await recordingServer()
        let ann = try await enter(try await harness.member("ann", role: .admin, in: 1))
        let bob = try await enter(try await harness.member("bob", in: 1))
        _ = try await bob.client.received()
        _ = try await ann.client.ask(.startRecording(roomID: room(1), hasMix: true))
        let told = try await bob.client.received()
        #expect(states(told).first?.hasMix == true)
        #expect("\(told)".contains("voice, and makes a mix of it."))
        _ = try await bob.client.ask(consent(true))
        try speak(0xF8, bob, heardBy: ann)
        let stopped = states(try await ann.client.ask(.stopRecording(roomID: room(1)))).last
        let number = try #require(stopped?.recordingID)
        let archive = try #require(harness.recordings)
        var endings = archive.recorder.endings.makeAsyncIterator()
        archive.wantMix(try #require(await endings.next()?.id))
        let making = Task { await archive.makeMixes { _ in } }
        while archive.recorder.counters[.mixesMade] == 0 { await Task.yield() }
        making.cancel()
        let fetch = ControlMessage.fetchRecording(recordingID: number, track: 0, offset: 0)
        guard case .recordingChunk(let chunk) = try await ann.client.ask(fetch).messages.last else {
            Issue.record("not fetched")
            return
        }
        #expect(Data(base64Encoded: chunk.data)?.starts(with: Data("OggS".utf8)) == true)
        guard
            case .recordingPage(let rows, nil) = try await ann.client.ask(
                .listRecordings(RecordQuery(roomID: room(1)))
            ).messages.last
        else {
            Issue.record("not listed")
            return
        }
        #expect(rows.map(\.mixBytes) == [chunk.size] && rows.map(\.mixState) == ["made"])
        // Who is in the mix may have their own file, not the others with it.
        guard case .serverResponse(false, _, .some(.notFound), _) = try await bob.client.ask(fetch).messages.last else {
            Issue.record("fetched by who may not record")
            return
        }
        await harness.stop()
    }

    @Test func whoMayNotIsRefusedAndTheLimitHolds() async throws {
        let harness = try await recordingServer { $0.recordingsMax = 1 }
        let bob = try await harness.member("bob", in: 1)
        let ann = try await harness.member("ann", role: .admin, in: 1)
        func code(_ client: TestClient, _ message: ControlMessage) async throws -> ErrorCode? {
            let answer = try await client.ask(message, id: 9).first { $0.requestID == 9 }?.message
            if case .serverResponse(false, _, let code, _) = answer { return code }
            return nil
        }
        #expect(try await code(bob, .startRecording(roomID: room(1))) == .notPermitted)
        #expect(try await code(ann, .startRecording(roomID: room(1))) == .invalidValue, "nobody is in voice")
        _ = try await ann.ask(voiceConnect)
        #expect(try await code(ann, consent(true)) == .notFound)
        _ = try await ann.ask(.startRecording(roomID: room(1)))
        #expect(try await code(ann, .startRecording(roomID: room(1))) == .invalidValue, "it is recorded already")
        #expect(try await code(bob, consent(true)) == .notAMember, "bob is not in voice")
        #expect(try await code(bob, .stopRecording(roomID: room(1))) == .notPermitted)
        let other = try await ann.ask(.createRoom(roomID: room(0), name: "Other", description: "", password: nil))
        let second = try #require(
            other.messages.compactMap { message -> RoomID? in
                if case .roomCreated(let id, _, _) = message { id } else { nil }
            }.first)
        let eve = try await harness.member("eve", role: .admin)
        _ = try await eve.ask(.join(roomID: second, password: nil))
        _ = try await eve.ask(.voiceConnect(roomID: second, userID: .server))
        #expect(try await code(eve, .startRecording(roomID: second)) == .limitReached)
        #expect(harness.counters[.recordingLimitHit] == 1)
        for query in [RecordQuery(), RecordQuery(roomID: room(1))] {
            #expect(try await code(bob, .listRecordings(query)) == .notPermitted)
            #expect(try await code(bob, .listVoiceLog(query)) == .notPermitted)
        }
        #expect(try await code(bob, .fetchRecording(recordingID: 1, track: nil, offset: 0)) == .notFound)
        await harness.stop()
    }

    @Test func whoComesLateIsAskedAndALostConnectionEndsAYes() async throws {
        let harness = try await recordingServer()
        let ann = try await enter(try await harness.member("ann", role: .admin, in: 1))
        _ = try await ann.client.ask(.startRecording(roomID: room(1)))
        let bob = try await harness.member("bob")
        let joined = states(try await bob.ask(.join(roomID: room(1), password: nil)))
        #expect(joined.first?.isRecording == true)
        let late = states(try await bob.ask(voiceConnect)).last
        #expect(late?.speakers.first { $0.username == "bob" }?.answer == .asked)
        _ = try await bob.ask(consent(true))
        await bob.session.end(.connectionLost)
        #expect(states(try await ann.client.received()).last?.speakers.map(\.username) == ["ann"])
        // The last one leaves: it ends by itself.
        _ = try await ann.client.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        let archive = try #require(harness.recordings)
        var endings = archive.recorder.endings.makeAsyncIterator()
        let ending = try #require(await endings.next())
        #expect(ending.end == .empty)
        let manifest = try await archive.manifest(ending.id)
        #expect(manifest.consent.map(\.kind) == [.asked, .asked, .yes, .lost, .left])
        await harness.stop()
    }

    @Test func aDiskThatCannotBeWrittenEndsTheRecordingAndNotTheVoice() async throws {
        let harness = try await recordingServer()
        let ann = try await enter(try await harness.member("ann", role: .admin, in: 1))
        let bob = try await enter(try await harness.member("bob", in: 1))
        try FileManager.default.removeItem(atPath: harness.directory.file("recordings"))
        _ = try await ann.client.ask(.startRecording(roomID: room(1)))
        let archive = try #require(harness.recordings)
        var endings = archive.recorder.endings.makeAsyncIterator()
        await harness.services.directory.recordingEnded(try #require(await endings.next()))
        let told = try #require(states(try await bob.client.received()).last)
        #expect(!told.isRecording && told.end == "write_failed")
        #expect(told.explanation == "the server could not write it: No such file or directory")
        try speak(0xF8, bob, heardBy: ann)
        await harness.stop()
    }

    @Test func everyStayInVoiceIsWrittenDown() async throws {
        let harness = try await recordingServer()
        let ann = try await enter(try await harness.member("ann", in: 1))
        let bob = try await enter(try await harness.member("bob", in: 1))
        var reception = TalkerReception(
            voiceID: ann.voice, frames: 100, lost: 4, late: 1, bursts: 2, jitter: 6, playoutDelay: 40)
        reception.rating = 80
        for _ in 0..<2 {
            _ = try await bob.client.ask(
                .audioQualityReport(packetLoss: 0, latency: 1, jitter: 1, talkers: [reception]))
        }
        _ = try await ann.client.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        harness.voiceLog.finish()
        await harness.voiceLog.run()
        let answers = try await ann.client.ask(.listVoiceLog(RecordQuery(userID: ann.client.user)))
        guard case .voiceLogPage(let entries, false) = answers.messages.last else {
            Issue.record("no page: \(answers)")
            return
        }
        let entry = try #require(entries.first)
        #expect(entries.count == 1 && entry.username == "ann" && entry.reason == "Left")
        #expect(entry.frames == 200 && entry.lost == 8 && entry.late == 2)
        #expect(entry.jitter == 6 && entry.playoutDelay == 40 && entry.rating == 80)
        await harness.stop()
    }

    @Test func theVoiceLogTakesAsManyAsMayWaitAndNoMore() async throws {
        let harness = try await recordingServer()
        let stay = VoiceStay(room: room(1), user: UserID(rawValue: 1), joinedAt: Date(), leftAt: Date(), reason: "Left")
        for _ in 0..<VoiceLogQueue.waitingMax { harness.voiceLog.add(stay) }
        #expect(harness.counters[.voiceLogFull] == 0)
        harness.voiceLog.add(stay)
        #expect(harness.counters[.voiceLogFull] == 1)
        await harness.stop()
    }

    @Test func onesOwnDataIsShownAndDeletedWithTheAccount() async throws {
        let harness = try await recordingServer()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await ann.ask(.roomMessage(roomID: room(1), senderUsername: "", content: "a secret"))
        guard case .userData(let data) = try await ann.ask(.exportUserData(userID: ann.user)).messages.last else {
            Issue.record("not shown")
            return
        }
        #expect(data.username == "ann" && data.messageCount == 1 && data.rooms == [room(1)])
        guard
            case .serverResponse(false, _, .some(.notPermitted), _) =
                try await bob.ask(.deleteUserData(userID: ann.user)).messages.last
        else {
            Issue.record("somebody else's data was deleted")
            return
        }
        let user = ann.user
        _ = try await ann.ask(.deleteUserData(userID: user))
        let account = try #require(try await harness.store.account(id: user))
        #expect(account.name != "ann" && account.passwordHash.isEmpty)
        #expect(try await harness.store.userDataCounts(of: user) == UserDataCounts(messages: 0, voiceLog: 0, rooms: []))
        let history = try await bob.ask(.history(HistoryRequest(conversation: .room(room(1)))))
        #expect(!"\(history)".contains("a secret"))
        await harness.stop()
    }
}
