import CellScreen
import ControlWire
import Identifiers
import KeyInput
import RoomClient
import TerminalUI
import Testing

/// What lies over the main screen.
struct OverlayScreenTests {
    @Test func `the first start asks for server, name and password, then for the fingerprint`() {
        let desk = Stage.empty(columns: 80, rows: 24)
        desk.model.overlay = .setup(SetupForm(server: "", user: ""))
        Golden.expect(desk.model, "setup-80x24")
        desk.type("chat.example.org")
        desk.press(.tab)
        desk.type("ada")
        desk.press(.tab)
        desk.type("correct horse battery staple correct horse battery staple")
        Golden.expect(desk.model, "setup-filled-80x24")
        desk.press(.enter)
        desk.send(.fingerprint("SHA256:3c9b5e1f7a2d4c6b8e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f"))
        Golden.expect(desk.model, "fingerprint-80x24")
        desk.press(.character("y"))
        desk.send(.ended(RoomClientError(.authenticationFailed, "the name or the password is wrong")))
        Golden.expect(desk.model, "setup-refused-80x24")
    }

    @Test func `the first start fits the smallest screen`() {
        let desk = Stage.empty(columns: 40, rows: 10, colors: .none)
        desk.model.overlay = .setup(SetupForm(server: "chat.example.org", user: "ada"))
        Golden.expect(desk.model, "setup-40x10")
        desk.type("secret\n")
        desk.send(.fingerprint("SHA256:3c9b5e1f7a2d4c6b8e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f"))
        Golden.expect(desk.model, "fingerprint-40x10")
    }

    /// As long as it gets: two fingerprints, a path, and what to do.
    private static let changed: String = {
        let (new, old) = (OverlayScreenTests.fingerprint("3C"), OverlayScreenTests.fingerprint("A7"))
        return "the certificate of chat.example.org:8080 has changed: somebody may be listening in. Presented \(new), "
            + "which is not signed by an authority that this system trusts; remembered \(old) "
            + "(/home/ada/.local/share/roomtone/known_servers, line 12). If its administrator confirms the new one, delete "
            + "that line (12) and connect again, or demand it with --fingerprint."
    }()

    private static func fingerprint(_ byte: String) -> String {
        "SHA256:" + Array(repeating: byte, count: 32).joined(separator: ":")
    }

    /// What stands in the dialog, without blanks and frame.
    private func words(_ desk: Desk) -> String {
        View.draw(desk.model).text.filter { !$0.isWhitespace && $0 != "│" }
    }

    private func warned(columns: Int, rows: Int) -> Desk {
        let desk = Stage.empty(columns: columns, rows: rows)
        desk.model.overlay = .setup(SetupForm(server: "chat.example.org", user: "ada"))
        desk.send(.ended(RoomClientError(.certificateRefused, Self.changed)))
        return desk
    }

    @Test(arguments: [(80, 24), (200, 50)])
    func `a changed certificate is warned of in full, with the keys below it`(columns: Int, rows: Int) {
        let shown = words(warned(columns: columns, rows: rows))
        #expect(shown.contains(Self.changed.filter { !$0.isWhitespace }), "\(shown)")
        #expect(shown.contains("Tab:next·Space:tick·Enter:connect"))
    }

    @Test func `on the smallest screen the warning begins with what matters most`() {
        let shown = words(warned(columns: 40, rows: 10))
        #expect(shown.contains("haschanged:somebodymaybelisteningin."), "\(shown)")
        for label in ["Server", "Name", "Password"] { #expect(shown.contains(label)) }
    }

    @Test(arguments: [(40, 10), (80, 24), (120, 60)])
    func `help lists keys, commands and marks`(columns: Int, rows: Int) {
        let desk = Stage.chat(columns: columns, rows: rows)
        desk.press(.function(1))
        if rows == 10 { desk.press(.pageDown) }
        Golden.expect(desk.model, "help-\(columns)x\(rows)")
    }

    @Test func `rooms are browsed, joined with a password, made`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        desk.press(.function(2))
        Golden.expect(desk.model, "rooms-asking-80x24")
        desk.answer(.rooms, .rooms(Stage.rooms))
        desk.press(.down)
        desk.press(.down)
        Golden.expect(desk.model, "rooms-80x24")
        desk.press(.enter)
        desk.type("secret")
        Golden.expect(desk.model, "rooms-password-80x24")
        desk.press(.escape)
        desk.press(.insert)
        desk.press(.enter)
        Golden.expect(desk.model, "rooms-new-80x24")
    }

    @Test func `people are found to write to`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        desk.press(.function(3))
        desk.press(.down)
        Golden.expect(desk.model, "people-80x24")
    }

    @Test(arguments: [(40, 10), (80, 24), (100, 50)])
    func `settings are shown and changed in their place`(columns: Int, rows: Int) {
        let desk = Stage.voice(columns: columns, rows: rows, colors: .none)
        desk.press(.function(4))
        desk.send(
            .devices(
                inputs: [SettingsForm.Device(name: "default", description: "Built-in Microphone")],
                outputs: [SettingsForm.Device(name: "default", description: "")]))
        for _ in 0..<9 { desk.press(.down) }
        Golden.expect(desk.model, "settings-\(columns)x\(rows)")
        guard rows == 24 else { return }
        desk.press(.enter)
        Golden.expect(desk.model, "settings-number-80x24")
        desk.press(.escape)
        for _ in 0..<5 { desk.press(.up) }
        desk.press(.enter)
        Golden.expect(desk.model, "settings-key-80x24")
    }

    @Test func `hits are shown with their matches`() {
        let desk = Stage.chat(columns: 80, rows: 24, colors: .none)
        desk.type("/search notes\n")
        Golden.expect(desk.model, "searching-80x24")
        var message = message(7, "@ada the notes are at https://example.org/notes?week=47.")
        message.sentAt = Stage.evening
        let hits = [
            SearchHit(message: message, snippet: "…the notes are at…", marks: [SearchHit.Mark(start: 5, length: 5)]),
            SearchHit(message: message, snippet: "notes", marks: [SearchHit.Mark(start: 0, length: 5)]),
        ]
        desk.answer(.search(query: "notes", before: nil), .search(SearchPage(results: hits, hasMore: true)))
        Golden.expect(desk.model, "search-80x24")
    }

    @Test func `what may be done about a member, and the question before`() {
        let desk = Stage.voice(columns: 80, rows: 24, colors: .none)
        desk.press(.function(9))
        desk.press(.down)
        desk.press(.enter)
        desk.press(.down)
        Golden.expect(desk.model, "member-80x24")
        for _ in 0..<9 { desk.press(.down) }
        desk.press(.enter)
        desk.type("spam")
        desk.press(.tab)
        desk.type("for ever\n")
        Golden.expect(desk.model, "ban-80x24")
    }

    @Test func `leaving is asked about once`() {
        let desk = Stage.chat(columns: 40, rows: 10, colors: .none)
        desk.press(.character("c"), .control)
        Golden.expect(desk.model, "quit-40x10")
    }
}
