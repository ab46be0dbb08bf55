import ControlWire
import Identifiers
import KeyInput
import Permissions
import TerminalUI
import Testing

@testable import TerminalClient

struct PlainViewTests {
    private let general = Conversation.room(RoomID(rawValue: 1))
    private let ada = UserID(rawValue: 7)
    private var before = Model(
        size: Model.Size(columns: 80, rows: 24), settings: Settings(), server: "chat.example.org",
        clientIDPrefix: "x")

    private func message(_ id: UInt64, _ text: String, in place: Conversation? = nil) -> ChatMessage {
        ChatMessage(
            id: MessageID(rawValue: id), conversation: place ?? general, authorID: ada, author: "ada", content: text,
            sentAt: 1_800_000_000_000)
    }

    /// A room that is looked at, with these messages.
    private func looking(at messages: [ChatMessage]) -> Model {
        var model = before
        var state = ConversationState(conversation: general, name: "General", permissions: .all)
        for message in messages { state.log.put(message) }
        model.conversations = [state]
        model.selected = general
        return model
    }

    private func put(_ message: ChatMessage, into model: Model) -> Model {
        var model = model
        guard let index = model.conversations.firstIndex(where: { $0.conversation == message.conversation }) else {
            var state = ConversationState(conversation: message.conversation, name: "ada", permissions: .all)
            state.log.put(message)
            model.conversations.append(state)
            return model
        }
        model.conversations[index].log.put(message)
        return model
    }

    @Test func `what does not change is not told`() {
        let model = looking(at: [message(1, "hello")])
        #expect(PlainView.lines(from: model, to: model) == [])
    }

    @Test func `the server comes and goes in words`() {
        var model = before
        model.link = .connecting
        #expect(PlainView.lines(from: before, to: model) == ["Connecting to chat.example.org."])
        var up = model
        up.link = .up
        up.account = Model.Account(userID: ada, name: "ada", role: .member)
        #expect(PlainView.lines(from: model, to: up) == ["Connected to chat.example.org as ada."])
        var down = up
        down.link = .down(retryAt: .seconds(3), reason: "gone.")
        #expect(PlainView.lines(from: up, to: down) == ["No connection, trying again: gone."])
        var still = down
        still.link = .down(retryAt: .seconds(5), reason: "gone.")
        #expect(PlainView.lines(from: down, to: still) == [])
    }

    @Test func `who goes to a room is told its newest messages, and then each as it comes`() {
        let many = (1...30).map { message(UInt64($0), "text \($0)") }
        let model = looking(at: many)
        let lines = PlainView.lines(from: before, to: model)
        #expect(lines.first == "You are in “General”")
        #expect(lines.count == 1 + PlainView.messagesShown && lines.last == "08:00 #30 ada: text 30")
        let next = put(message(31, "first\nsecond"), into: model)
        #expect(PlainView.lines(from: model, to: next) == ["08:00 #31 ada: first", "    second"])
        // Older ones that are loaded are no news.
        #expect(PlainView.lines(from: next, to: put(message(0, "old"), into: next)) == [])
    }

    @Test func `what comes elsewhere says where`() {
        let model = looking(at: [message(1, "hello")])
        let private1 = put(message(2, "psst", in: .direct(ada)), into: model)
        #expect(PlainView.lines(from: model, to: private1) == ["08:00 #2 [private] ada: psst"])
        var elsewhere = private1
        elsewhere.selected = .direct(ada)
        let next = put(message(3, "still here"), into: elsewhere)
        #expect(PlainView.lines(from: elsewhere, to: next) == ["08:00 #3 [General] ada: still here"])
    }

    @Test func `edits and deletions are told`() {
        let model = looking(at: [message(1, "helo")])
        var edited = message(1, "hello")
        (edited.editedAt, edited.changeID) = (5, ChangeID(rawValue: 1))
        let after = put(edited, into: model)
        #expect(PlainView.lines(from: model, to: after) == ["#1 of ada now says: hello"])
        var deleted = message(1, "")
        (deleted.deletedAt, deleted.changeID) = (6, ChangeID(rawValue: 2))
        #expect(PlainView.lines(from: after, to: put(deleted, into: after)) == ["#1 of ada was deleted."])
    }

    @Test func `a notice is told once`() {
        var model = before
        model.notices = [Model.Notice(text: "ada joined voice.", isError: false, until: .seconds(6))]
        #expect(PlainView.lines(from: before, to: model) == ["ada joined voice."])
        #expect(PlainView.lines(from: model, to: model) == [])
    }

    @Test func `a question is asked, and a line is its answer`() {
        var model = before
        model.overlay = .fingerprint(
            FingerprintQuestion(server: "chat.example.org", fingerprint: "SHA256:00", form: nil))
        #expect(PlainView.lines(from: before, to: model).first?.contains("SHA256:00") == true)
        #expect(answer("yes", to: model) == ["key y"] && answer("well", to: model) == ["key n"])
        model.overlay = .prompt(Prompt(.leave(RoomID(rawValue: 1)), title: "Leave?"))
        #expect(PlainView.lines(from: before, to: model) == ["Leave?", "yes or no:"])
        #expect(answer(" Yes ", to: model) == ["key enter"] && answer("", to: model) == ["key escape"])
    }

    @Test func `the first start asks for one thing after the other, and never shows the password`() {
        var model = before
        model.overlay = .setup(SetupForm(server: "", user: "ada"))
        #expect(PlainView.lines(from: before, to: model) == ["Server:"])
        #expect(answer("chat.example.org", to: model) == ["key ctrl-u", "paste chat.example.org", "key tab"])
        var next = SetupForm(server: "chat.example.org", user: "ada")
        next.focus = 1
        var asked = model
        asked.overlay = .setup(next)
        #expect(PlainView.lines(from: model, to: asked) == ["Name (ada):"])
        #expect(answer("", to: asked) == ["key tab"] && !PlainInput.isSecret(asked.overlay))
        next.focus = 2
        next.fields[2].line.insert("secret")
        var password = asked
        password.overlay = .setup(next)
        #expect(PlainView.lines(from: asked, to: password) == ["Password:"])
        #expect(PlainInput.isSecret(password.overlay))
    }

    private func answer(_ line: String, to model: Model) -> [String] {
        PlainInput.events(of: line, in: model).map { event in
            switch event {
            case .input(.key(let stroke, _)): "key \(stroke)"
            case .input(.paste(let text, _)): "paste \(text)"
            case .line(let text): "line \(text)"
            default: "something else"
            }
        }
    }

    // MARK: Lines that wait

    @Test func `lines wait for a room, or for a question`() {
        var lines = PlainLines()
        #expect(lines.add("hello") && lines.next(for: before) == nil)
        var asks = before
        asks.overlay = .setup(SetupForm(server: "", user: ""))
        #expect(lines.next(for: asks) == "hello" && lines.next(for: asks) == nil)
        var model = looking(at: [])
        #expect(lines.add("again") && lines.next(for: model) == nil)
        model.link = .up
        #expect(lines.next(for: model) == "again")
        model.link = .down(retryAt: nil, reason: "gone")
        #expect(lines.add("later") && lines.next(for: model) == "later")
        #expect(!lines.isDone(for: model))
        lines.isAtEnd = true
        #expect(lines.isDone(for: model))
    }

    @Test func `an end before there is anybody is no end yet, unless a question stays open`() {
        var lines = PlainLines()
        lines.isAtEnd = true
        #expect(lines.next(for: before) == nil && !lines.isDone(for: before))
        var asks = before
        asks.overlay = .setup(SetupForm(server: "", user: ""))
        #expect(lines.isDone(for: asks))
    }

    @Test func `a line waits for a list that was asked for before it`() {
        var lines = PlainLines()
        var model = looking(at: [])
        model.link = .up
        model.overlay = .search(SearchPanel(query: "x"))
        #expect(lines.add("hello") && lines.next(for: model) == nil)
        model.overlay = nil
        #expect(lines.next(for: model) == "hello")
    }

    @Test func `waitingMax lines wait, and one more is refused`() {
        var lines = PlainLines()
        for _ in 0..<PlainLines.waitingMax { #expect(lines.add("x") == true) }
        #expect(lines.add("x") == false)
    }
}
