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

    /// Sound is compared as it was spoken: what processing makes of it has tests of its own.
    private static func devices(_ devices: VirtualDevices) -> [String] {
        [
            "--continuous", "--input", devices.microphone, "--output", devices.speaker, "--no-echo-cancelling",
            "--no-noise-suppression", "--no-automatic-gain",
        ]
    }

    /// Speaks `clips` into one microphone; the other's speaker must play those words, whole, and one's own speaker nothing.
    ///
    /// A machine with more to do than it can drops sound between any two programs, ours or not: the words may be said
    /// again, ``attemptsMax`` times in all. Words that never come whole, and other words, fail however often they are said.
    private static func expectHeard(_ clips: [String], from talker: VirtualDevices, by listener: VirtualDevices) throws
    {
        let speech = try TestSignal.conversation(clips, pause: 9_600)
        // By the same voice, and yet not alike: the measure tells words apart.
        let others = try TestSignal.conversation(["Noise", "Rear_Right"], pause: 9_600)
        var hearings: [Hearing] = []
        while hearings.count < attemptsMax, hearings.last?.isWhole != true {
            let (heard, own) = (try listener.listen(), try talker.listen())
            try talker.speak(speech)
            // Half a second more than was spoken: far above any delay.
            let recording = try heard.samples(atLeast: heard.sampleCount + 24_000)
            let hearing = Hearing(of: speech, in: recording, ratherThan: others)
            #expect(hearing.otherSimilarity < 0.6, "\(clips): \(hearing)")
            #expect(Level.decibels(try own.samples(atLeast: own.sampleCount)) < -80, "nobody hears themself")
            hearings.append(hearing)
        }
        #expect(hearings.last?.isWhole == true, "\(clips): \(hearings)")
    }

    private static let attemptsMax = 4
}
