import KeyInput
import TalkInterface
import TerminalUI
import Testing
import VoiceClient

@Suite("settings on the screen")
struct SettingsTests {
    private func open() -> Desk {
        var desk = Desk.online()
        desk.press(.function(4))
        _ = desk.takeEffects()
        return desk
    }

    private func select(_ item: SettingItem, _ desk: inout Desk) {
        desk.press(.home)
        for _ in 0..<(SettingItem.allCases.firstIndex(of: item) ?? 0) { desk.press(.down) }
    }

    @Test(
        "every row has a label and a value, and changing it there and back leaves the settings as they were",
        arguments: SettingItem.allCases)
    func rows(item: SettingItem) {
        var desk = open()
        #expect(!item.label.isEmpty)
        #expect(!desk.model.settings.value(of: item).isEmpty)
        select(item, &desk)
        let before = desk.model.settings
        desk.press(.right)
        switch item.kind {
        case .choice where item == .inputDevice || item == .outputDevice: break
        case .choice, .toggle, .number:
            #expect(desk.model.settings != before)
            #expect(desk.takeEffects().contains(.save(desk.model.settings)))
        case .key, .text, .action: #expect(desk.model.settings == before)
        }
        desk.press(.left)
        if item == .bitrate { desk.press(.delete) }
        #expect(desk.model.settings == before)
    }

    @Test("a number is typed, and one that is out of range is refused with the range")
    func numbers() {
        var desk = open()
        select(.hangover, &desk)
        desk.press(.enter)
        for _ in 0..<3 { desk.press(.backspace) }
        desk.type("2000\n")
        #expect(desk.model.settings.hangoverMilliseconds == 2_000)
        desk.press(.enter)
        desk.press(.backspace)
        desk.type("1\n")
        #expect(desk.model.settings.hangoverMilliseconds == 2_000)
        guard case .settings(let form) = desk.model.overlay else {
            Issue.record("the settings have closed")
            return
        }
        #expect(form.error?.contains("100 to 2000 ms") == true)
    }

    @Test("a key is captured as it is pressed; one that is taken is refused; Escape keeps the old one")
    func keys() {
        var desk = open()
        select(.talkKey, &desk)
        desk.press(.enter)
        desk.press(.modifier(.leftControl))
        #expect(desk.model.settings.talkKey == KeyStroke(.modifier(.leftControl)))
        desk.press(.enter)
        desk.press(.function(6))
        #expect(desk.model.settings.talkKey == KeyStroke(.modifier(.leftControl)))
        desk.press(.enter)
        desk.press(.escape)
        #expect(desk.model.settings.talkKey == KeyStroke(.modifier(.leftControl)))
        #expect(desk.model.overlay != nil)
    }

    @Test("steps stop at both ends of a range")
    func ends() {
        var desk = open()
        select(.activationLevel, &desk)
        for _ in 0..<100 { desk.press(.right) }
        #expect(desk.model.settings.activationLevel == Settings.activationLevelRange.upperBound)
        for _ in 0..<100 { desk.press(.left) }
        #expect(desk.model.settings.activationLevel == Settings.activationLevelRange.lowerBound)
    }

    @Test("the microphone test is wanted once for a press")
    func microphoneTest() {
        var desk = open()
        select(.microphoneTest, &desk)
        desk.press(.enter)
        #expect(desk.takeEffects() == [.testMicrophone])
    }
}

@Suite("first start")
struct FirstStartTests {
    @Test("server, name and password are asked for, the fingerprint is confirmed, and the way is free")
    func firstStart() {
        var desk = Desk()
        desk.model.server = ""
        desk.model.overlay = .setup(SetupForm(server: "", user: ""))
        desk.type("chat.test")
        desk.press(.tab)
        desk.type("ada")
        desk.press(.tab)
        desk.type("secret\n")
        let login = Login(server: "chat.test", user: "ada", password: "secret", registers: false)
        #expect(desk.takeEffects() == [.connect(login)])
        desk.send(.fingerprint("SHA256:abc"))
        desk.press(.character("x"))
        #expect(desk.takeEffects().isEmpty)
        desk.press(.character("y"))
        #expect(desk.takeEffects() == [.trust(true)])
        desk.logIn()
        #expect(desk.model.overlay == nil)
        #expect(desk.model.account?.name == "ada")
    }

    @Test("a missing field is named, and nothing is sent")
    func missing() {
        var desk = Desk()
        desk.model.overlay = .setup(SetupForm(server: "", user: "ada"))
        desk.press(.enter)
        #expect(desk.takeEffects().isEmpty)
        guard case .setup(let form) = desk.model.overlay else {
            Issue.record("the form is gone")
            return
        }
        #expect(form.error == "Server is missing.")
    }

    @Test("a refused login returns to the form with the reason and what was typed")
    func refused() {
        var desk = Desk()
        desk.model.overlay = .setup(SetupForm(server: "chat.test", user: "ada"))
        desk.type("wrong\n")
        desk.send(.ended(.init(.authenticationFailed, "wrong password")))
        guard case .setup(let form) = desk.model.overlay else {
            Issue.record("the form is gone")
            return
        }
        #expect(form.user == "ada")
        #expect(form.error == "wrong password")
        #expect(!form.isBusy)
    }

    @Test("nothing is trusted that was not confirmed")
    func distrust() {
        var desk = Desk()
        desk.model.overlay = .setup(SetupForm(server: "chat.test", user: "ada"))
        desk.type("secret\n")
        desk.send(.fingerprint("SHA256:abc"))
        _ = desk.takeEffects()
        desk.press(.escape)
        #expect(desk.takeEffects() == [.trust(false)])
    }
}

@Suite("commands in the line")
struct CommandTests {
    @Test("every command of the table is known, and an unknown one is told and not sent", arguments: Command.all)
    func known(command: Command) {
        var desk = Desk.online()
        _ = desk.takeEffects()
        desk.send(.line("/\(command.name)"))
        #expect(!desk.noticeText.contains("There is no command"))
        desk.send(.line("/\(command.name)x"))
        #expect(desk.model.isQuitting || desk.noticeText.contains("There is no command"))
        #expect(!desk.takeEffects().contains { if case .request(.post) = $0 { true } else { false } })
    }

    @Test("two slashes send one")
    func slashes() {
        var desk = Desk.online()
        desk.type("//shrug\n")
        #expect(desk.model.selectedState?.pending.first?.content == "/shrug")
    }

    @Test("a name with spaces is found, and what follows it is the text")
    func names() {
        var desk = Desk.online()
        desk.type("/msg cy young hello there\n")
        #expect(desk.model.selected == .direct(.init(rawValue: 3)))
        #expect(desk.model.selectedState?.pending.first?.content == "hello there")
    }

    @Test("Tab completes commands, people and rooms, and goes to the next room where there is nothing to complete")
    func completion() {
        var desk = Desk.online(rooms: [room(1, "General"), room(2, "Lounge")])
        desk.type("/del")
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

    @Test("pasted lines stay lines of one message, and Enter sends them")
    func paste() {
        var desk = Desk.online()
        desk.send(.input(.paste("one\ntwo\u{1B}[A", isCut: false)))
        #expect(desk.model.selectedState?.pending.isEmpty == true)
        desk.press(.enter)
        #expect(desk.model.selectedState?.pending.first?.content == "one\ntwo\u{FFFD}[A")
    }

    @Test("reply, edit and delete are for the message chosen")
    func chosen() {
        var desk = Desk.online()
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
        var desk = Desk.online()
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
        var desk = Desk.online()
        desk.type("text")
        desk.press(.character("c"), .control)
        #expect(desk.model.selectedState?.line.isEmpty == true)
        desk.press(.character("c"), .control)
        #expect(desk.model.overlay != nil)
        desk.press(.character("c"), .control)
        #expect(desk.takeEffects().contains(.quit(nil)))
        #expect(desk.send(.clock).isEmpty)
    }
}
