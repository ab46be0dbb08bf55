import AudioTestSupport
import Testing
import VoiceWire

@testable import VoiceClient

/// What is sent, and with which flags: push-to-talk, mute, continuous.
@Suite struct TransmissionTests {
    private func speaking(_ mode: TransmissionMode) throws -> (VirtualRoom, VirtualClient, VirtualClient) {
        let room = try VirtualRoom.connected(2, seed: 1, mode: mode)
        let speech = try TestSignal.speech()
        room.clients[0].microphone = TestSignal.silence(24_000) + speech + speech + speech
        return (room, room.clients[0], room.clients[1])
    }

    @Test func `Nothing is sent before the key is down`() throws {
        let (room, talker, _) = try speaking(.pushToTalk)
        room.run(for: .seconds(1))
        #expect(talker.sentFrames.isEmpty)
        #expect(talker.pipeline.statistics.isTransmitting == false)
    }

    @Test func `A talkspurt begins and ends with its flags, each once`() throws {
        let (room, talker, listener) = try speaking(.pushToTalk)
        talker.pipeline.setTransmitting(true)
        room.run(for: .milliseconds(500))
        #expect(talker.pipeline.statistics.isTransmitting)
        talker.pipeline.setTransmitting(false)
        room.run(for: .milliseconds(500))
        let frames = talker.sentFrames
        // The frame in which the key goes up is the last one.
        #expect(frames.count == 26)
        #expect(frames.first?.flags == [.sealed, .talkspurtStart])
        #expect(frames.last?.flags == [.sealed, .talkspurtEnd])
        #expect(frames.dropFirst().dropLast().allSatisfy { $0.flags == .sealed })
        #expect(listener.counters.framesReceived == 26)
        #expect(listener.counters.framesConcealed == 0)
    }

    @Test func `Numbers count frames and timestamps count time, through the silence too`() throws {
        let (room, talker, _) = try speaking(.pushToTalk)
        for isDown in [true, false, true, false] {
            talker.pipeline.setTransmitting(isDown)
            room.run(for: .milliseconds(300))
        }
        let frames = talker.sentFrames
        for (earlier, later) in zip(frames, frames.dropFirst()) {
            #expect(earlier.sequence.distance(to: later.sequence) == 1)
        }
        let starts = frames.filter { $0.flags.contains(.talkspurtStart) }
        #expect(starts.count == 2)
        #expect(starts[0].timestamp.distance(to: starts[1].timestamp) == 600 * 48)
    }

    @Test func `Mute stops at once with an end flag and not one sample of the microphone`() throws {
        let (room, talker, listener) = try speaking(.continuous)
        room.run(for: .seconds(1))
        let sentBefore = talker.sentFrames.count
        let heardBefore = listener.heard.count
        talker.pipeline.setMuted(true)
        room.run(for: .seconds(1))
        #expect(talker.sentFrames.count == sentBefore + 1)
        #expect(talker.sentFrames.last?.flags.contains(.talkspurtEnd) == true)
        // What was on its way when the key was pressed is heard for the delay of the buffer, no longer.
        #expect(Level.decibels(listener.heard[(heardBefore + 4_800)...]) < -70)
        #expect(listener.counters.framesConcealed == 0)
        talker.pipeline.setMuted(false)
        room.run(for: .milliseconds(100))
        #expect(talker.sentFrames[sentBefore + 1].flags.contains(.talkspurtStart))
    }

    @Test func `A muted talker's key is of no effect`() throws {
        let (room, talker, _) = try speaking(.pushToTalk)
        talker.pipeline.setMuted(true)
        talker.pipeline.setTransmitting(true)
        room.run(for: .seconds(1))
        #expect(talker.sentFrames.isEmpty)
    }

    @Test func `Changing to push-to-talk with the key up ends the talkspurt`() throws {
        let (room, talker, _) = try speaking(.continuous)
        room.run(for: .milliseconds(500))
        talker.pipeline.setMode(.pushToTalk)
        room.run(for: .milliseconds(500))
        #expect(talker.sentFrames.last?.flags.contains(.talkspurtEnd) == true)
        #expect(talker.pipeline.statistics.isTransmitting == false)
    }

    @Test func `When the source ends, the talkspurt does`() throws {
        let (room, talker, _) = try speaking(.continuous)
        room.run(for: .milliseconds(500))
        #expect(talker.pipeline.statistics.inputLevel < 127)
        var last: [UInt8] = []
        talker.pipeline.endCapture { bytes in
            last = bytes.withUnsafeBytes { Array($0) }
            return true
        }
        guard case .header(let header) = last.withUnsafeBytes({ VoiceHeader.parse($0) }) else {
            Issue.record("nothing was sent")
            return
        }
        #expect(header.flags.contains(.talkspurtEnd))
        // The meter does not stay where the last word left it.
        #expect(talker.pipeline.statistics.inputLevel == 127)
    }

    @Test func `Without a session nothing is sent and the next talkspurt starts anew`() throws {
        let (room, talker, _) = try speaking(.continuous)
        room.run(for: .milliseconds(200))
        talker.pipeline.disconnect { _ in true }
        let count = talker.sent.count
        room.run(for: .milliseconds(200))
        #expect(talker.sent.count == count)
        #expect(talker.pipeline.statistics.isConnected == false)
        let frameCount = talker.sentFrames.count
        try room.reconnect(talker)
        room.run(for: .milliseconds(200))
        #expect(talker.sentFrames.count > frameCount)
        #expect(talker.sentFrames[frameCount].flags.contains(.talkspurtStart))
    }

    @Test func `A new session in the middle of a word begins with a start flag`() throws {
        let (room, talker, _) = try speaking(.continuous)
        room.run(for: .milliseconds(200))
        let frameCount = talker.sentFrames.count
        // No frame of the microphone falls between one session's end and the other's welcome.
        try room.reconnect(talker)
        room.run(for: .milliseconds(200))
        #expect(talker.sentFrames[frameCount].flags.contains(.talkspurtStart))
    }

    @Test func `Samples that the device lost are time that passed`() throws {
        let (room, talker, listener) = try speaking(.continuous)
        room.run(for: .milliseconds(200))
        let frameCount = talker.sentFrames.count
        talker.pipeline.skipCapture(2_000)
        room.run(for: .milliseconds(200))
        let frames = talker.sentFrames
        let step = frames[frameCount - 1].timestamp.distance(to: frames[frameCount].timestamp)
        #expect(step == 960 + 2_000)
        #expect(frames[frameCount - 1].sequence.distance(to: frames[frameCount].sequence) == 1)
        #expect(listener.counters.framesLost == 0)
        #expect(listener.counters.framesLate == 0)
    }
}
