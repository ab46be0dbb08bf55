import AudioTestSupport
import Testing
import VoiceWire

@testable import VoiceClient

/// Voice activation sends speech, all of it, and nothing else.
@Suite struct VoiceActivationTests {
    private static let quiet = 48_000

    private func spoken(_ clip: String) throws -> (talker: VirtualClient, listener: VirtualClient, speech: [Int16]) {
        let room = try VirtualRoom.connected(2, seed: 1, mode: .voiceActivated)
        let speech = try TestSignal.speech(clip)
        let lead = Self.quiet + 24_000
        let noise = TestSignal.noise(seed: 5, sampleCount: lead, level: 0.0005)
        room.clients[0].microphone = noise + speech + TestSignal.noise(seed: 6, sampleCount: lead, level: 0.0005)
        room.run(for: .seconds(4))
        return (room.clients[0], room.clients[1], speech)
    }

    @Test(arguments: TestSignal.speechClips)
    func `The onset of a word is heard`(clip: String) throws {
        let (talker, listener, speech) = try spoken(clip)
        // The delay that pre-roll brings is caught up with between words: the first one is looked for by itself.
        let onset = try #require(speech.firstIndex { abs(Int($0)) > 1_000 })
        let word = Array(speech[onset..<onset + 14_400])
        let alignment = try #require(Alignment.find(word, in: listener.heard))
        #expect(GapFinder.gaps(word, listener.heard, offset: alignment.offset).isEmpty, "\(clip)")
        let wordSimilarity = try #require(SpectralSimilarity.between(word, listener.heard, offset: alignment.offset))
        #expect(wordSimilarity > 0.9, "\(clip): \(wordSimilarity)")
        let whole = try #require(Alignment.find(speech, in: listener.heard))
        let similarity = try #require(SpectralSimilarity.between(speech, listener.heard, offset: whole.offset))
        #expect(similarity > 0.75, "\(clip): \(similarity)")
        let frames = talker.sentFrames
        #expect(frames.first?.flags.contains(.talkspurtStart) == true)
        #expect(frames.last?.flags.contains(.talkspurtEnd) == true)
        // The clip lasts 1.4 s; with pre-roll and hang-over, and not with the seconds of noise around it.
        #expect((40...110).contains(frames.count), "\(clip): \(frames.count) frames")
    }

    @Test func `Sound from before the onset carries the time at which it was captured`() throws {
        let (talker, _, _) = try spoken("Front_Center")
        let spurts = talker.sentFrames.split { $0.flags.contains(.talkspurtEnd) }
        for spurt in spurts {
            for (earlier, later) in zip(spurt, spurt.dropFirst()) {
                #expect(earlier.timestamp.distance(to: later.timestamp) == 960)
                #expect(earlier.sequence.distance(to: later.sequence) == 1)
            }
        }
    }

    @Test func `Noise alone sends nothing`() throws {
        let room = try VirtualRoom.connected(2, seed: 1, mode: .voiceActivated)
        room.clients[0].microphone = TestSignal.noise(seed: 7, sampleCount: 48_000 * 4, level: 0.003)
        room.run(for: .seconds(4))
        #expect(room.clients[0].sentFrames.isEmpty)
    }
}
