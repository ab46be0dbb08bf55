import AudioTestSupport
import Foundation
import Testing

/// Voice in the full-screen client: the talk key in both ways, muting, and what the others' screens show.
@Suite(.timeLimit(.minutes(5))) struct InterfaceVoiceTests {
    @Test func `without releases one press talks and another stops, and mute is mute`() async throws {
        try await blocking {
            let (server, ada, bob) = try Self.two()
            try ada.press("F5")
            try ada.waitFor("listening", "press F8 to talk")
            try bob.waitFor("In voice 1")
            try bob.press("F5")
            try ada.waitFor("In voice 2")
            try ada.press("F8")
            try ada.waitFor("TALKING")
            try bob.waitFor("● ada")
            try ada.press("F8")
            try ada.waitFor("listening")
            try bob.waitFor("○ ada")
            try ada.press("F6")
            try ada.waitFor("MUTED")
            try bob.waitFor("ada", "mute")
            // A talk key does not end what mute began.
            try ada.press("F8")
            try ada.waitFor("MUTED")
            try ada.press("F6")
            try ada.waitFor("the mute's end") { !$0.contains("MUTED") }
            try ada.press("F5")
            try ada.waitFor("Not in voice")
            try bob.waitFor("In voice 1")
            #expect(server.program.end(SIGTERM) == 0)
        }
    }

    @Test func `where the terminal tells of releases, talking lasts as long as the key is held`() async throws {
        try await blocking {
            let (server, ada, bob) = try Self.two()
            // What a terminal with the kitty keyboard protocol answers.
            try ada.feed("\u{1B}[?0u")
            try ada.press("F5")
            try ada.waitFor("listening", "hold F8 to talk")
            try bob.press("F5")
            try ada.waitFor("In voice 2")
            try ada.feed("\u{1B}[19;1:1~")
            try ada.waitFor("TALKING")
            try ada.feed("\u{1B}[19;1:2~")
            try bob.waitFor("● ada")
            try ada.feed("\u{1B}[19;1:3~")
            try ada.waitFor("listening")
            try bob.waitFor("○ ada")
            // Another window gets the keyboard: its release would never come.
            try ada.feed("\u{1B}[19;1:1~")
            try ada.waitFor("TALKING")
            try ada.feed("\u{1B}[O")
            try ada.waitFor("listening")
            #expect(server.program.end(SIGTERM) == 0)
        }
    }

    /// Two people in the room General, each with devices of their own.
    private static func two() throws -> (TestServer, ada: TmuxScreen, bob: TmuxScreen) {
        let sound = try PulseAudioServer.shared()
        let server = try TestServer()
        let ada = try server.interface("ada", sound.makeDevices())
        let bob = try server.interface("bob", sound.makeDevices())
        try ada.waitFor("bob")
        return (server, ada, bob)
    }
}
