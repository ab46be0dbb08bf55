import AudioTestSupport
import Foundation
import Testing

/// Two full-screen clients in terminals that tmux keeps, with microphones and speakers that ALSA opens (PulseAudio null sinks):
/// what one says is heard by the other, and seen.
@Suite("Two full-screen clients hear and see each other speak", .timeLimit(.minutes(5)))
struct TwoInterfacesTests {
    @Test("speech goes in at one and comes out at the other, and its light is on while it lasts")
    func speak() async throws {
        try await blocking {
            let sound = try PulseAudioServer.shared()
            let (aliceDevices, bobDevices) = (try sound.makeDevices(), try sound.makeDevices())
            let server = try TestServer()
            let bob = try Self.client("bob", server, bobDevices)
            let alice = try Self.client("alice", server, aliceDevices)
            try Self.enterVoice(bob)
            try Self.enterVoice(alice)
            try bob.waitFor("In voice 2", "○ alice")

            try alice.press("F8")
            try alice.waitFor("TALKING")
            try Self.expectHeard(["Front_Center", "Rear_Left", "Side_Right"], aliceDevices, bobDevices, seenBy: bob)

            // One press more, and nothing of what the microphone hears leaves.
            try alice.press("F8")
            try alice.waitFor("the end of talking") { !$0.contains("TALKING") }
            let heard = try bobDevices.listen()
            try aliceDevices.speak(try TestSignal.conversation(["Front_Left"], pause: 9_600))
            #expect(Level.decibels(try heard.samples(atLeast: heard.sampleCount)) < -80)
            #expect(try !bob.screen().contains("● alice"))

            try alice.press("F5")
            try bob.waitFor("In voice 1")
        }
    }

    /// Logged in already, in the room General, with sound sent as it is spoken.
    private static func client(_ user: String, _ server: TestServer, _ devices: VirtualDevices) throws -> TmuxScreen {
        let environment = server.environment(user)
        let account = ["--server", "127.0.0.1:\(server.port)", "--user", user]
        let registered = try Program.run("roomtone", ["register"] + account, environment: environment)
        #expect(registered.status == 0, "\(registered.errors)")
        let settings = try server.file(
            "\(user).settings",
            containing: "noise-suppression = off\necho-cancelling = off\nautomatic-gain = off\nsounds = off\n")
        return try TmuxScreen(
            [
                try Program.path(of: "roomtone"), "--room", "General", "--input", devices.microphone, "--output",
                devices.speaker, "--settings", settings,
            ],
            environment: environment, columns: 100, rows: 30)
    }

    private static func enterVoice(_ screen: TmuxScreen) throws {
        try screen.waitFor("▸# General")
        try screen.press("F5")
        try screen.waitFor("listening")
    }

    /// Speaks until the words have come through whole (``TwoPeopleTests``), and sees the light go on and off with them.
    private static func expectHeard(
        _ clips: [String], _ talker: VirtualDevices, _ listener: VirtualDevices, seenBy screen: TmuxScreen
    ) throws {
        let speech = try TestSignal.conversation(clips, pause: 9_600)
        let others = try TestSignal.conversation(["Noise", "Rear_Right"], pause: 9_600)
        var hearings: [Hearing] = []
        while hearings.count < 4, hearings.last?.isWhole != true {
            let recording = try listener.listen()
            try screen.waitFor("a dark light before anything is said") { !$0.contains("● alice") }
            let mouth = Mouth(speech, into: talker)
            try screen.waitFor("● alice")
            #expect(mouth.isSpeaking, "the light is on while the words last")
            try mouth.finish()
            try screen.waitFor("the light to go out") { $0.contains("○ alice") }
            hearings.append(
                Hearing(of: speech, in: try recording.samples(atLeast: recording.sampleCount), ratherThan: others))
        }
        #expect(hearings.last?.isWhole == true, "\(clips): \(hearings)")
        #expect(hearings.allSatisfy { $0.otherSimilarity < 0.6 }, "\(clips): \(hearings)")
    }
}

/// Speaks in a thread of its own, so that a test can look meanwhile.
private final class Mouth: @unchecked Sendable {
    // Unchecked: what both threads share is guarded by the condition.
    private let condition = NSCondition()
    private var result: Result<Void, any Error>?

    init(_ speech: [Int16], into devices: VirtualDevices) {
        Thread.detachNewThread { [self] in
            let end = Result { try devices.speak(speech) }
            condition.lock()
            result = end
            condition.broadcast()
            condition.unlock()
        }
    }

    var isSpeaking: Bool {
        condition.lock()
        defer { condition.unlock() }
        return result == nil
    }

    /// Blocks until everything was said.
    func finish() throws {
        condition.lock()
        defer { condition.unlock() }
        while result == nil { condition.wait() }
        try result?.get()
    }
}
