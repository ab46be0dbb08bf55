import ControlWire
import Identifiers
import KeyInput
import Permissions
import TerminalUI
import Testing

@Suite("commands in the line")
struct CommandTests {
    @Test("every command of the table is known, and an unknown one is told and not sent", arguments: Command.all)
    func known(command: Command) {
        let desk = Desk.online()
        _ = desk.takeEffects()
        desk.send(.line("/\(command.name)"))
        #expect(!desk.noticeText.contains("There is no command"))
        desk.send(.line("/\(command.name)x"))
        #expect(desk.model.isQuitting || desk.noticeText.contains("There is no command"))
        #expect(!desk.takeEffects().contains { if case .request(.post) = $0 { true } else { false } })
    }

    @Test("two slashes send one")
    func slashes() {
        let desk = Desk.online()
        desk.type("//shrug\n")
        #expect(desk.model.selectedState?.pending.first?.content == "/shrug")
    }

    @Test("a name with spaces is found, and what follows it is the text")
    func names() {
        let desk = Desk.online()
        desk.type("/msg cy young hello there\n")
        #expect(desk.model.selected == .direct(.init(rawValue: 3)))
        #expect(desk.model.selectedState?.pending.first?.content == "hello there")
    }

    @Test("Tab completes commands, people and rooms, and goes to the next room where there is nothing to complete")
    func completion() {
        let desk = Desk.online(rooms: [room(1, "General"), room(2, "Lounge")])
        desk.type("/dele")
        desk.press(.tab)
        #expect(desk.model.selectedState?.line.text == "/delete ")
        desk.press(.character("u"), .control)
        desk.type("hi @b")
        desk.press(.tab)
        #expect(desk.model.selectedState?.line.text == "hi @bob ")
        desk.press(.character("u"), .control)
        desk.type("/join lo")
        desk.press(.tab)
        #expect(desk.model.selectedState?.line.text == "/join Lounge ")
        desk.press(.character("u"), .control)
        let before = desk.model.selected
        desk.press(.tab)
        #expect(desk.model.selected != before)
    }

    @Test("a room that was made since the login is found by asking once more, and one that is none is told once")
    func newRoom() {
        let desk = Desk.online()
        _ = desk.takeEffects()
        desk.type("/join Attic\n")
        #expect(desk.takeEffects() == [.request(.rooms)])
        desk.answer(.rooms, .rooms([room(1, "General"), room(5, "Attic", isMember: false)]))
        #expect(desk.takeEffects() == [.request(.join(RoomID(rawValue: 5), password: nil))])
        desk.type("/join Cellar\n")
        _ = desk.takeEffects()
        desk.answer(.rooms, .rooms([room(1, "General")]))
        #expect(desk.takeEffects().isEmpty)
        #expect(desk.noticeText.contains("no room “Cellar”"))
    }

    @Test("pasted lines stay lines of one message, and Enter sends them")
    func paste() {
        let desk = Desk.online()
        desk.send(.input(.paste("one\ntwo\u{1B}[A", isCut: false)))
        #expect(desk.model.selectedState?.pending.isEmpty == true)
        desk.press(.enter)
        #expect(desk.model.selectedState?.pending.first?.content == "one\ntwo\u{FFFD}[A")
    }

    @Test("reply, edit and delete are for the message chosen")
    func chosen() {
        let desk = Desk.online()
        desk.say("theirs", id: 1)
        desk.say("mine", id: 2, by: ada)
        desk.press(.up, .alt)
        desk.press(.character("e"))
        #expect(desk.model.selectedState?.line.text == "mine")
        desk.type("!\n")
        #expect(desk.takeEffects().contains(.request(.edit(.init(rawValue: 2), "mine!"))))
        desk.press(.up, .alt)
        desk.press(.up, .alt)
        desk.press(.character("e"))
        #expect(desk.noticeText.contains("Only your own"))
        desk.press(.character("r"))
        desk.type("yes\n")
        #expect(desk.model.selectedState?.pending.first?.replyTo == .init(rawValue: 1))
        desk.press(.up, .alt)
        desk.press(.character("d"))
        desk.press(.character("y"))
        #expect(desk.takeEffects().contains(.request(.delete(.init(rawValue: 2)))))
    }

    @Test("the menu of a member offers only what is permitted, and a ban takes a reason and a length")
    func moderation() {
        let desk = Desk.online()
        desk.press(.function(9))
        desk.press(.down)
        desk.press(.enter)
        guard case .member(let plain) = desk.model.overlay else {
            Issue.record("no menu")
            return
        }
        #expect(plain.items == [.write])
        desk.press(.escape)
        desk.hear(.permissionsChanged(roomID: .init(rawValue: 1), permissions: .all))
        desk.press(.enter)
        guard case .member(let full) = desk.model.overlay else {
            Issue.record("no menu")
            return
        }
        #expect(full.items == [.write, .kick, .ban])
        desk.press(.down)
        desk.press(.down)
        desk.press(.enter)
        desk.type("spam")
        desk.press(.tab)
        desk.type("2x\n")
        guard case .prompt(let prompt) = desk.model.overlay else {
            Issue.record("the question has closed")
            return
        }
        #expect(prompt.error?.contains("2x") == true)
        desk.press(.backspace)
        desk.type("h\n")
        let ban = desk.takeEffects().compactMap { if case .request(.ban(let ban)) = $0 { ban } else { nil } }.first
        #expect(ban?.durationSeconds == 7_200)
        #expect(ban?.reason == "spam")
        #expect(ban?.userID == bob)
    }

    @Test("Ctrl-C empties the line, then asks, then leaves")
    func leaving() {
        let desk = Desk.online()
        desk.type("text")
        desk.press(.character("c"), .control)
        #expect(desk.model.selectedState?.line.isEmpty == true)
        desk.press(.character("c"), .control)
        #expect(desk.model.overlay != nil)
        desk.press(.character("c"), .control)
        #expect(desk.takeEffects().contains(.quit(nil)))
        let wanted = desk.send(.clock)
        #expect(wanted.isEmpty)
    }
}
