import ControlServer
import ControlWire
import Daemon
import DaemonTestSupport
import KeyInput
import RoomClient
import TalkInterface
import TerminalSupport
import TerminalUI
import TestSupport
import Testing
import VoiceClient

@testable import TerminalClient

/// The shell against the real server in this process.
@Suite(.timeLimit(.minutes(2))) struct ClientShellTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(port: UInt16 = 0) async throws -> RunningDaemon {
        try await TestDaemon.start(in: folder.file("data"), port: port)
    }

    private func person(
        _ name: String, at daemon: RunningDaemon, password: String? = "a long password",
        _ change: (inout ShellOptions, inout Model) -> Void = { _, _ in }
    ) -> ShellPerson {
        ShellPerson(
            name, at: "127.0.0.1:\(daemon.controlPort)", home: folder.file("home-" + name), password: password, change)
    }

    private static let yes = Event.input(.key(KeyStroke(.character("y")), .press))
    private static let no = Event.input(.key(KeyStroke(.character("n")), .press))

    private func isAsked(_ model: Model) -> Bool { if case .fingerprint = model.overlay { true } else { false } }

    @Test func `the first start asks about the fingerprint, and the next about nothing`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon) { options, _ in options.asksFirstUse = true }
        ada.begin()
        await ada.sees(isAsked)
        guard case .fingerprint(let question) = ada.model.overlay else { return }
        #expect(question.fingerprint == CertificateFingerprint(parsing: daemon.certificateFingerprint)?.description)
        #expect((try? folder.text(of: "home-ada/known")) == nil)
        ada.do(Self.yes)
        await ada.sees { $0.link == .up && $0.selected != nil }
        await ada.leave()
        let text = try folder.text(of: "home-ada/credentials")
        #expect(text.contains("ada") && !text.contains("a long password"))
        let again = person("ada", at: daemon, password: nil) { options, _ in options.asksFirstUse = true }
        again.begin()
        await again.sees { $0.link == .up && $0.account?.name == "ada" }
        #expect(again.model.overlay == nil)
        await again.leave()
        await daemon.stop()
    }

    @Test func `a fingerprint that is not confirmed leaves no trace, and the form says why`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon) { options, _ in options.asksFirstUse = true }
        ada.begin()
        await ada.sees(isAsked)
        ada.do(Self.no)
        await ada.sees { model in
            if case .setup(let form) = model.overlay {
                form.error?.contains("was not confirmed") == true
            } else {
                false
            }
        }
        #expect((try? folder.text(of: "home-ada/known")) == nil)
        ada.do(.terminated)
        #expect(await ada.end() == nil)
        await daemon.stop()
    }

    @Test func `two people write to each other, edit, delete and search`() async throws {
        let daemon = try await start()
        let (ada, bob) = (person("ada", at: daemon), person("bob", at: daemon))
        ada.begin()
        await ada.sees { $0.link == .up && $0.selected != nil }
        bob.begin()
        await bob.sees { $0.link == .up && $0.selected != nil }
        for number in 1...20 { ada.say("message \(number)") }
        await bob.sees { $0.selectedState?.log.messages.count == 20 }
        #expect(bob.model.selectedState?.log.messages.map(\.content) == (1...20).map { "message \($0)" })
        await ada.sees { $0.selectedState?.pending.isEmpty == true }
        bob.say("/msg ada hello @ada")
        await ada.sees { $0.conversations.contains { $0.otherID != nil && $0.unreadCount == 1 } }
        await ada.leave()
        await bob.leave()
        await daemon.stop()
    }

    @Test func `a server that comes back is found again, and what was written meanwhile is sent`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up && $0.selected != nil }
        let port = daemon.controlPort
        await daemon.stop()
        await ada.sees { if case .down = $0.link { true } else { false } }
        ada.say("into the dark")
        await ada.sees { $0.selectedState?.pending.count == 1 }
        let restarted = try await start(port: port)
        await ada.sees { $0.link == .up && $0.selectedState?.log.last?.content == "into the dark" }
        #expect(ada.model.selectedState?.pending.isEmpty == true)
        await ada.leave()
        await restarted.stop()
    }

    @Test func `voice is joined, muted, restarted with other settings, and left`() async throws {
        let daemon = try await start()
        let (ada, bob) = (person("ada", at: daemon), person("bob", at: daemon))
        for person in [ada, bob] {
            person.begin()
            await person.sees { $0.link == .up && $0.selected != nil }
            person.say("/voice")
            await person.sees { $0.seat?.talk.isVoiceOpen == true && $0.seat?.talk.statistics.isConnected == true }
        }
        await ada.sees { model in model.rosters.values.contains { $0.people.count == 2 } }
        ada.say("/mute")
        await bob.sees { model in model.rosters.values.contains { $0.people.contains { $0.isMuted } } }
        await ada.sees { $0.seat?.talk.statistics.isMuted == true }
        // Another engine: muted as the one before, in the same room.
        ada.do(.input(.key(KeyStroke(.function(4)), .press)))
        let row = SettingItem.allCases.firstIndex(of: .frameDuration) ?? 0
        for _ in 0..<row { ada.do(.input(.key(KeyStroke(.down), .press))) }
        ada.do(.input(.key(KeyStroke(.right), .press)))
        await ada.sees { $0.settings.frameDurationMilliseconds == 2.5 && $0.seat?.talk.isVoiceOpen == false }
        await ada.sees { $0.seat?.talk.isVoiceOpen == true && $0.seat?.talk.statistics.isMuted == true }
        ada.do(.input(.key(KeyStroke(.escape), .press)))
        ada.say("/voice")
        await ada.sees { model in model.seat == nil && model.rosters.values.allSatisfy { $0.people.count == 1 } }
        await bob.sees { model in model.rosters.values.contains { $0.people.count == 1 } }
        await ada.leave()
        await bob.leave()
        await daemon.stop()
    }

    @Test func `what is asked just before leaving is done, and who leaves has not been lost`() async throws {
        let daemon = try await start()
        let (ada, bob) = (person("ada", at: daemon), person("bob", at: daemon))
        for person in [bob, ada] {
            person.begin()
            await person.sees { $0.link == .up && $0.selected != nil }
            person.say("/voice")
            await person.sees { $0.seat?.talk.statistics.isConnected == true }
        }
        let last = (1...10).map { "last words \($0)" }
        for words in last { ada.say(words) }
        await ada.leave()
        await bob.sees { $0.selectedState?.log.messages.map(\.content) == last }
        await bob.sees { $0.notices.contains { $0.text.hasPrefix("ada left voice") } }
        #expect(bob.model.notices.contains { $0.text == "ada left voice." })
        await bob.leave()
        await daemon.stop()
    }

    @Test func `a server that does not answer keeps nobody from leaving`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up }
        await ada.shell.askInVain()
        await ada.leave()
        await daemon.stop()
    }

    @Test func `who sets a topic sees it`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up && $0.selected != nil }
        ada.say("/create Lounge")
        await ada.sees { $0.selectedState?.name == "Lounge" }
        ada.say("/topic soft chairs")
        await ada.sees { $0.selectedState?.topic == "soft chairs" }
        await ada.leave()
        await daemon.stop()
    }

    @Test func `what is changed is in the settings file`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up }
        ada.say("/mode continuous")
        ada.say("/bitrate 64")
        await ada.sees { $0.settings.bitrateKilobits == 64 }
        await ada.leave()
        let text = try folder.text(of: "home-ada/settings")
        #expect(text.contains("mode = continuous\n") && text.contains("bitrate = 64\n") && !text.contains("input"))
        await daemon.stop()
    }

    @Test func `lines do it all, and their end leaves when everything is said`() async throws {
        let daemon = try await start()
        let bob = person("bob", at: daemon)
        bob.begin()
        await bob.sees { $0.link == .up && $0.selected != nil }
        let ada = person("ada", at: daemon) { options, _ in options.isPlain = true }
        for line in ["hello", "/who", "/rooms", "//slash", "bye"] { ada.say(line) }
        ada.endInput()
        ada.begin()
        #expect(await ada.end() == nil)
        #expect(ada.lines.contains("You are in “General”"))
        #expect(ada.lines.contains { $0.hasPrefix("1 General, joined") })
        await bob.sees { $0.selectedState?.log.messages.map(\.content) == ["hello", "/slash", "bye"] }
        await bob.leave()
        await daemon.stop()
    }

    @Test func `lines without a person end with why they could not log in`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up }
        await ada.leave()
        let wrong = person("ada", at: daemon, password: "not this one") { options, _ in options.isPlain = true }
        wrong.endInput()
        wrong.begin()
        #expect(await wrong.end()?.status == .permission)
        await daemon.stop()
    }

    @Test func `a wrong password is told, and can be mended`() async throws {
        let daemon = try await start()
        let ada = person("ada", at: daemon)
        ada.begin()
        await ada.sees { $0.link == .up }
        await ada.leave()
        let wrong = person("ada", at: daemon, password: "not this one")
        wrong.begin()
        await wrong.sees { if case .setup(let form) = $0.overlay { form.error != nil } else { false } }
        wrong.do(.terminated)
        #expect(await wrong.end() == nil)
        await daemon.stop()
    }
}

extension ClientShell {
    /// A request that is under way for ever.
    fileprivate func askInVain() {
        _ = queue.add(.rooms)
        while queue.next() != nil {}
    }
}
