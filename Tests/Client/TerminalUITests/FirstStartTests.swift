import KeyInput
import RoomClient
import TerminalUI
import Testing

@Suite("first start")
struct FirstStartTests {
    @Test("server, name and password are asked for, the fingerprint is confirmed, and the way is free")
    func firstStart() {
        let desk = Desk()
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
        let desk = Desk()
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
        let desk = Desk()
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

    @Test("a session that has ended asks for the password of the name that was logged in, and for nothing else")
    func sessionEnded() {
        let desk = Desk()
        desk.model.user = "ada"
        desk.model.link = .connecting
        desk.send(.ended(.init(.sessionEnded, "the session was ended")))
        guard case .setup(let form) = desk.model.overlay else {
            Issue.record("there is no form")
            return
        }
        #expect(form.server == "chat.test:8080")
        #expect(form.user == "ada")
        desk.type("secret\n")
        let login = Login(server: "chat.test:8080", user: "ada", password: "secret", registers: false)
        #expect(desk.takeEffects() == [.connect(login)])
    }

    @Test("nothing is trusted that was not confirmed")
    func distrust() {
        let desk = Desk()
        desk.model.overlay = .setup(SetupForm(server: "chat.test", user: "ada"))
        desk.type("secret\n")
        desk.send(.fingerprint("SHA256:abc"))
        _ = desk.takeEffects()
        desk.press(.escape)
        #expect(desk.takeEffects() == [.trust(false)])
    }
}
