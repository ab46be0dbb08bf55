import KeyInput
import TalkInterface
import TerminalUI
import Testing
import VoiceClient

@Suite("settings on the screen")
struct SettingsTests {
    private func open() -> Desk {
        let desk = Desk.online()
        desk.press(.function(4))
        _ = desk.takeEffects()
        return desk
    }

    private func select(_ item: SettingItem, _ desk: Desk) {
        desk.press(.home)
        for _ in 0..<(SettingItem.allCases.firstIndex(of: item) ?? 0) { desk.press(.down) }
    }

    @Test(
        "every row has a label and a value, and changing it there and back leaves the settings as they were",
        arguments: SettingItem.allCases)
    func rows(item: SettingItem) {
        let desk = open()
        #expect(!item.label.isEmpty)
        #expect(!desk.model.settings.value(of: item).isEmpty)
        select(item, desk)
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
        let desk = open()
        select(.hangover, desk)
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
        let desk = open()
        select(.talkKey, desk)
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
        let desk = open()
        select(.activationLevel, desk)
        for _ in 0..<100 { desk.press(.right) }
        #expect(desk.model.settings.activationLevel == Settings.activationLevelRange.upperBound)
        for _ in 0..<100 { desk.press(.left) }
        #expect(desk.model.settings.activationLevel == Settings.activationLevelRange.lowerBound)
    }

    @Test("the microphone test is wanted once for a press")
    func microphoneTest() {
        let desk = open()
        select(.microphoneTest, desk)
        desk.press(.enter)
        #expect(desk.takeEffects() == [.testMicrophone])
    }
}
