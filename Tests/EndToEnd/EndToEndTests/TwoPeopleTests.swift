import AudioTestSupport
import Foundation
import Testing

/// The main job on real parts: `roomtoned` and two `roomtone talk`, microphones and speakers that ALSA opens (PulseAudio
/// null sinks), recorded human speech, and what counts is the sound.
@Suite("Two people in one room hear each other")
struct TwoPeopleTests {
    @Test("what one says into a microphone comes out of the other's speaker", .timeLimit(.minutes(5)))
    func hearEachOther() async throws {
        try await blocking {
            let sound = try PulseAudioServer.shared()
            let (aliceDevices, bobDevices) = (try sound.makeDevices(), try sound.makeDevices())
            let server = try TestServer()
            let bob = try server.talk("bob", Self.devices(bobDevices))
            try bob.waitFor("You hear the room")
            let alice = try server.talk("alice", Self.devices(aliceDevices))
            try alice.waitFor("You hear the room")
            try bob.waitFor("alice joined voice")

            try Self.expectHeard(["Front_Center", "Rear_Left"], from: aliceDevices, by: bobDevices)
            try bob.waitFor("alice speaks")
            try Self.expectHeard(["Side_Right", "Front_Left"], from: bobDevices, by: aliceDevices)

            #expect(alice.end(SIGINT) == 0, "\(alice.output)")
            try bob.waitFor("alice left voice")
            #expect(server.program.end(SIGTERM) == 0, "\(server.program.output)")
        }
    }

    private static func devices(_ devices: VirtualDevices) -> [String] {
        ["--continuous", "--input", devices.microphone, "--output", devices.speaker]
    }

    /// Speaks `clips` into one microphone; the other's speaker must play those words, whole, and one's own speaker nothing.
    private static func expectHeard(_ clips: [String], from talker: VirtualDevices, by listener: VirtualDevices) throws
    {
        let speech = try TestSignal.conversation(clips, pause: 9_600)
        let (heard, own) = (try listener.listen(), try talker.listen())
        try talker.speak(speech)
        // Half a second more than was spoken: far above any delay.
        let recording = try heard.samples(atLeast: heard.sampleCount + 24_000)
        let alignment = try #require(Alignment.find(speech, in: recording))
        let similarity = try #require(SpectralSimilarity.between(speech, recording, offset: alignment.offset))
        #expect(similarity > 0.9, "\(alignment)")
        #expect(
            GapFinder.gaps(speech, recording, offset: alignment.offset, millisecondsMin: 20).isEmpty, "\(alignment)")
        // The measure tells words apart: others by the same voice are not alike.
        let others = try TestSignal.conversation(["Noise", "Rear_Right"], pause: 9_600)
        #expect(SpectralSimilarity.between(others, recording, offset: alignment.offset) ?? 0 < 0.6)
        #expect(Level.decibels(try own.samples(atLeast: own.sampleCount)) < -80, "nobody hears themself")
    }
}
