import ControlWire
import Identifiers
import KeyInput
import RoomClient
import TerminalUI
import Testing
import VoiceClient

/// The main screen in many sizes and states.
struct MainScreenTests {
    @Test(arguments: [(40, 10), (60, 20), (80, 24), (120, 40), (200, 50), (400, 120)])
    func `a conversation fits the screen there is`(columns: Int, rows: Int) {
        Golden.expect(Stage.chat(columns: columns, rows: rows).model, "chat-\(columns)x\(rows)")
    }

    @Test(arguments: [(40, 10), (80, 24), (120, 40)])
    func `in voice the bar says what is in force and how it is heard`(columns: Int, rows: Int) {
        Golden.expect(Stage.voice(columns: columns, rows: rows).model, "voice-\(columns)x\(rows)")
    }

    @Test func `too small a screen says so`() {
        Golden.expect(Stage.chat(columns: 39, rows: 10).model, "too-small-39x10")
        Golden.expect(Stage.chat(columns: 40, rows: 9).model, "too-small-40x9")
    }

    @Test func `talking with a held key, and muted with none, can be told without colours`() {
        let desk = Stage.voice(columns: 80, rows: 24, colors: .none)
        desk.send(.input(.reportsReleases(true)))
        desk.press(.function(8))
        Golden.expect(desk.model, "talking-80x24")
        desk.press(.function(8), [], .release)
        desk.press(.function(6))
        desk.wait(.seconds(20))
        Golden.expect(desk.model, "muted-80x24")
    }

    @Test func `voice activation shows its threshold`() {
        let desk = Stage.voice(columns: 120, rows: 24, colors: .none)
        desk.model.settings.mode = .voiceActivated
        Golden.expect(desk.model, "voice-activated-120x24")
    }

    @Test func `several lines being typed, an answer, somebody else typing`() {
        let desk = Stage.chat(columns: 80, rows: 24)
        desk.hear(.userTyping(conversation: general, userID: bob, username: "bob"))
        desk.press(.up, .alt)
        desk.press(.up, .alt)
        desk.press(.character("r"))
        desk.type("The first line, which goes on and on until it has no room in the window any more")
        desk.press(.enter, .alt)
        desk.type("and שלום too")
        Golden.expect(desk.model, "typing-80x24")
    }

    @Test func `a chosen message, and the keys for it`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        for _ in 0..<3 { desk.press(.up, .alt) }
        Golden.expect(desk.model, "chosen-message-80x24")
    }

    @Test func `messages under way and refused`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        desk.type("Is anybody there?\n")
        Golden.expect(desk.model, "under-way-80x24")
    }

    @Test func `what is new is marked, elsewhere and here`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        Stage.say("in another room", id: 50, minutes: 1, in: 2, to: desk)
        desk.press(.pageUp)
        Stage.say("@ada look", id: 51, minutes: 2, mentions: [ada], to: desk)
        Stage.say("and another", id: 52, minutes: 3, to: desk)
        Golden.expect(desk.model, "new-below-80x24")
        desk.press(.end, .control)
        Golden.expect(desk.model, "new-80x24")
    }

    @Test func `the list of members has the keys, also on a narrow screen`() {
        let desk = Stage.voice(columns: 50, rows: 16, colors: .none)
        desk.press(.function(9))
        desk.press(.down)
        Golden.expect(desk.model, "members-50x16")
    }

    @Test func `a lost server is told, with the time to the next attempt`() {
        let desk = Stage.chat(columns: 80, rows: 24)
        desk.send(.lost(.init(.connectionLost, "the server closed the connection")))
        desk.send(.retrying(after: .seconds(7), .init(.unreachable, "connection refused")))
        desk.wait(.seconds(2))
        Golden.expect(desk.model, "offline-80x24")
    }

    @Test func `nobody and nothing yet`() {
        let desk = Stage.empty(columns: 80, rows: 24)
        desk.model.link = .connecting
        Golden.expect(desk.model, "connecting-80x24")
    }
}
