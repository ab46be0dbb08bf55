import Testing

@testable import TerminalClient

struct SettingsTextTests {
    private let written = """
        # what I like
        mode = continuous

          Volume=80
        nonsense
        volume = 90
        input = hw:CARD=PCH,DEV=0
        user-volume.a=b = 50
        """

    @Test func `settings are lines with a sign, comments and blanks are none`() {
        let text = SettingsText(parsing: written)
        #expect(
            text.entries == [
                .init(line: 2, name: "mode", value: "continuous"), .init(line: 6, name: "volume", value: "90"),
                .init(line: 7, name: "input", value: "hw:CARD=PCH,DEV=0"),
                .init(line: 8, name: "user-volume.a=b", value: "50"),
            ])
    }

    @Test func `what is no setting, and what is said again, is named by its line`() {
        #expect(SettingsText(parsing: written).problems.map(\.line) == [4, 5])
        #expect(SettingsText(parsing: "= 5\n").problems.map(\.line) == [1])
    }

    @Test func `a text that is only read is the same text`() {
        let text = SettingsText(parsing: written + "\n")
        #expect(text.text == written + "\n")
        #expect(SettingsText(parsing: "").text == "")
        #expect(SettingsText(parsing: "mode = continuous\r\n").entries.first?.value == "continuous")
    }

    @Test func `a change takes the place of the line that counted, and leaves all others`() {
        var text = SettingsText(parsing: written)
        text.set("volume", to: "100")
        text.set("bell", to: "on")
        #expect(
            text.text == written.replacing("volume = 90", with: "volume = 100") + "\nbell = on\n")
    }

    @Test func `what is removed is removed wherever it was said`() {
        var text = SettingsText(parsing: written)
        text.remove("volume")
        #expect(text.entries.map(\.name) == ["mode", "input", "user-volume.a=b"])
    }

    @Test func `a new file begins with what it is`() {
        var text = SettingsText()
        text.set("bell", to: "on")
        #expect(text.text.hasPrefix("# Settings of roomtone") && text.text.hasSuffix("\nbell = on\n"))
    }
}
