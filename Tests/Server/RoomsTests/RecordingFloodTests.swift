import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings
import TestSupport
import Testing

@testable import Rooms

/// People who start, stop, agree, refuse, come and go without end.
@Suite(.timeLimit(.minutes(1))) struct RecordingFloodTests {
    private func server() async throws -> RoomsHarness {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        return try await RoomsHarness(recordings: configuration)
    }

    private func states(_ answers: [ControlEnvelope]) -> [RecordingState] {
        answers.messages.compactMap { if case .recordingState(let state) = $0 { state } else { nil } }
    }

    private func code(_ answers: [ControlEnvelope]) -> ErrorCode? {
        for case .serverResponse(false, _, let code, _) in answers.messages { return code }
        return nil
    }

    private func consent(_ isConsent: Bool) -> ControlMessage {
        .recordingConsent(roomID: room(1), isConsent: isConsent)
    }

    @Test func oneWhoChangesTheirMindWithoutEndFillsNobodysLineAndTakesNobodysAnswer() async throws {
        let harness = try await server()
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, bob] { _ = try await client.ask(voiceConnect) }
        _ = try await ann.ask(.startRecording(roomID: room(1)))
        _ = (try await ann.received(), try await bob.received())
        // With the question as many as one account may have.
        let count = RecordingConsent.eventsPerUserMax - 1
        for number in 0..<count {
            let isConsent = number.isMultiple(of: 2)
            let own = try await bob.ask(consent(isConsent), id: UInt64(number)).first { $0.requestID == UInt64(number) }
            guard case .recordingState(let state) = own?.message else {
                Issue.record("\(number) was not answered")
                return
            }
            #expect(state.speakers.first { $0.username == "bob" }?.answer == (isConsent ? .yes : .no))
        }
        #expect(harness.counters[.recordingLimitHit] == 0)
        _ = try await bob.ask(consent(false))
        #expect(code(try await bob.ask(consent(true))) == .limitReached)
        #expect(harness.counters[.recordingLimitHit] == 1)
        #expect(states(try await ann.ask(consent(true), id: 5)).last?.speakers.map(\.answer) == [.yes, .no])

        _ = try await bob.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        #expect(harness.counters[.recordingQuestionRefused] == 0)
        _ = try await bob.ask(voiceConnect)
        #expect(harness.counters[.recordingQuestionRefused] == 1)
        #expect(code(try await bob.ask(consent(true), id: 6)) != nil, "who is not asked is not recorded")
        // What is shown last is how it is.
        let isLast: (ControlMessage) -> Bool = {
            if case .recordingState(let state) = $0 { state.speakers.map(\.username) == ["ann"] } else { false }
        }
        let carol = try await harness.member("carol", in: 1)
        #expect(states(try await carol.received()).count <= 1)
        let shown = states(try await ann.wait(for: isLast))
        #expect(shown.count < count / 2, "\(shown.count) states for \(count) changes")
        #expect(harness.counters[.recordingStateDelayed] > UInt64(count / 2))
        await harness.stop()
    }

    @Test func anAnswerThatChangesNothingIsShownToNobodyElse() async throws {
        let harness = try await server()
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await bob.ask(voiceConnect)
        _ = try await ann.ask(.startRecording(roomID: room(1)))
        _ = try await bob.ask(consent(true))
        _ = try await ann.received()
        for _ in 0..<5 { #expect(states(try await bob.ask(consent(true), id: 3)).count == 1) }
        #expect(states(try await ann.received()).isEmpty)
        await harness.stop()
    }

    @Test func aRoomIsRecordedAnewAsOftenAsItMayAndOnceMoreIsRefused() async throws {
        let harness = try await server()
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let eve = try await harness.member("eve", role: .admin, in: 1)
        _ = try await ann.ask(voiceConnect)
        for number in 0..<RoomsLimits.recordingStarts.burst {
            let starter = number.isMultiple(of: 2) ? ann : eve
            #expect(code(try await starter.ask(.startRecording(roomID: room(1)), id: 1)) == nil)
            #expect(code(try await starter.ask(.stopRecording(roomID: room(1)), id: 2)) == nil)
        }
        #expect(harness.counters[.recordingStartsLimited] == 0)
        let refused = try await eve.ask(.startRecording(roomID: room(1)), id: 3)
        #expect(code(refused) == .rateLimited)
        guard case .serverResponse(_, _, _, .some(1...)) = refused.messages.last else {
            Issue.record("nobody is told when: \(refused)")
            return
        }
        #expect(harness.counters[.recordingStartsLimited] == 1)
        let folder = harness.directory.file("recordings")
        await harness.stop()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).count == RoomsLimits.recordingStarts.burst)
    }

    @Test func ofTwoWhoStartAtOnceOneStartsIt() async throws {
        let harness = try await server()
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let eve = try await harness.member("eve", role: .admin, in: 1)
        _ = try await ann.ask(voiceConnect)
        let recorded = try #require(await harness.services.directory.room(room(1)))
        let starters = [try #require(ann.session.member), try #require(eve.session.member)]
        let refusals = await withTaskGroup(of: ErrorCode?.self) { group in
            for starter in starters + starters {
                group.addTask {
                    do throws(RoomRefusal) {
                        try await recorded.startRecording(by: starter, hasMix: false, answering: nil)
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(refusals.filter { $0 == nil }.count == 1)
        #expect(refusals.compactMap { $0 } == [.invalidValue, .invalidValue, .invalidValue])
        #expect(harness.recordings?.recorder.running.count == 1)
        #expect(states(try await eve.received()).count == 1)
        await harness.stop()
    }

    @Test func whoIsKickedIsNoLongerRecordedAndAskedAnewWhenTheyComeBack() async throws {
        let harness = try await server()
        let ann = try await harness.member("ann", role: .admin, in: 1)
        let bob = try await harness.member("bob", in: 1)
        for client in [ann, bob] { _ = try await client.ask(voiceConnect) }
        _ = try await ann.ask(.startRecording(roomID: room(1)))
        _ = try await bob.ask(consent(true))
        let kicked = states(try await ann.ask(.kick(roomID: room(1), userID: bob.user, reason: nil)))
        #expect(kicked.last?.speakers.map(\.username) == ["ann"])
        _ = try await bob.received()
        #expect(code(try await bob.ask(consent(true))) == .notAMember)
        _ = try await bob.ask(.join(roomID: room(1), password: nil))
        let back = states(try await bob.ask(voiceConnect)).last
        #expect(back?.speakers.first { $0.username == "bob" }?.answer == .asked)
        _ = try await ann.ask(.stopRecording(roomID: room(1)))
        let archive = try #require(harness.recordings)
        var endings = archive.recorder.endings.makeAsyncIterator()
        let manifest = try await archive.manifest(try #require(await endings.next()).id)
        #expect(manifest.consent.map(\.kind) == [.asked, .asked, .yes, .left, .asked])
        await harness.stop()
    }
}
