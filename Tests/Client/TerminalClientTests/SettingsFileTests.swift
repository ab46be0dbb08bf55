import KeyInput
import TerminalSupport
import TerminalUI
import TestSupport
import Testing
import VoiceClient

@testable import TerminalClient

struct SettingsFileTests {
    private let folder: TemporaryFolder
    private var file: SettingsFile { SettingsFile(path: folder.file("roomtone/settings")) }

    init() throws { folder = try TemporaryFolder() }

    /// Nothing as it is by itself.
    private var changed: Settings {
        var settings = Settings()
        settings.mode = .voiceActivated
        settings.talkKeyStyle = .toggle
        settings.releaseDelayMilliseconds = 300
        settings.autoReleaseSeconds = 0
        settings.activationLevel = 40
        settings.hangoverMilliseconds = 500
        settings.profile = .lowLatency
        settings.bitrateKilobits = 64
        settings.frameDurationMilliseconds = 2.5
        settings.cancelsEcho = false
        settings.suppressesNoise = false
        settings.usesAutomaticGain = false
        settings.inputDevice = "hw:CARD=PCH,DEV=0"
        settings.outputDevice = "pulse"
        settings.volume = 0.8
        settings.userVolumes = ["ada": 0.5, "bob =)": 1.5]
        settings.duckingDecibels = 20
        settings.talkKey = KeyStroke(.character(" "), .control)
        settings.muteKey = KeyStroke(.function(2))
        settings.deafenKey = KeyStroke(.character("d"), .alt)
        settings.voiceKey = KeyStroke(.function(10))
        settings.membersKey = KeyStroke(.function(11))
        settings.globalKey = "rightctrl"
        settings.playsSounds = false
        settings.ringsBell = true
        settings.colors = .light
        settings.showsMembers = false
        return settings
    }

    @Test func `without a file everything is as it is by itself`() throws {
        #expect(try file.read().settings == Settings())
        #expect(try file.read().problems == [])
    }

    @Test func `every setting comes back as it was written, and back again`() throws {
        try file.save(changed, over: Settings())
        let (settings, problems) = try file.read()
        #expect(settings == changed && problems == [])
        #expect(try folder.permissions(of: "roomtone/settings") == 0o600)
        try file.save(Settings(), over: changed)
        #expect(try file.read().settings == Settings())
    }

    @Test func `every name of the file is written by some setting`() throws {
        try file.save(changed, over: Settings())
        let text = try folder.text(of: "roomtone/settings")
        for field in SettingsFormat.fields { #expect(text.contains("\n\(field.name) = "), "\(field.name)") }
    }

    @Test func `lines that are not understood stay, are named, and change nothing`() throws {
        let mine = "# mine\nmode = shouting\ntelepathy = on\nvolume = 300\nmute-key = f99\nuser-volume.ada = loud\n"
        try folder.write(mine, to: "settings")
        let file = SettingsFile(path: folder.file("settings"))
        let (settings, problems) = try file.read()
        #expect(settings == Settings())
        #expect(problems.count == 5 && problems.allSatisfy { $0.hasPrefix(folder.file("settings") + ", line ") })
        #expect(problems[0].contains("line 2") && problems[0].contains("push-to-talk, voice-activated, continuous"))
        #expect(problems[1].contains("there is no setting “telepathy”"))
        var louder = settings
        louder.volume = 1.2
        try file.save(louder, over: settings)
        #expect(
            try folder.text(of: "settings")
                == mine.replacing("volume = 300", with: "# not understood: volume = 300") + "volume = 120\n")
    }

    @Test func `only what has changed is written, over what somebody wrote by hand meanwhile`() throws {
        try folder.write("volume = 50\n", to: "settings")
        let file = SettingsFile(path: folder.file("settings"))
        var settings = try file.read().settings
        let before = settings
        try folder.write("volume = 50\nmode = continuous # loud\nbell = on\n", to: "settings")
        settings.showsMembers = false
        try file.save(settings, over: before)
        #expect(
            try folder.text(of: "settings") == "volume = 50\nmode = continuous # loud\nbell = on\nmembers = off\n")
    }

    @Test func `a file that others may write is refused, with what to do`() throws {
        try folder.write("bell = on\n", to: "settings", permissions: 0o666)
        #expect {
            try SettingsFile(path: folder.file("settings")).read()
        } throws: { error in
            (error as? CommandFailure)?.status == .configuration && "\(error)".contains("chmod 600")
        }
    }

    @Test(arguments: [SettingsFile.bytesMax, SettingsFile.bytesMax + 1])
    func `a file has at most bytesMax bytes`(byteCount: Int) throws {
        try folder.write("#" + String(repeating: "x", count: byteCount - 2) + "\n", to: "settings")
        let isRead = (try? SettingsFile(path: folder.file("settings")).read()) != nil
        #expect(isRead == (byteCount == SettingsFile.bytesMax))
    }

    @Test(
        arguments: [
            (["XDG_CONFIG_HOME": "/c", "HOME": "/h"], "/c/roomtone/settings"),
            (["XDG_CONFIG_HOME": "c", "HOME": "/h"], "/h/.config/roomtone/settings"), ([:], nil),
        ] as [([String: String], String?)])
    func `it lies where XDG says`(environment: [String: String], path: String?) {
        #expect(SettingsFile.pathDefault(environment: environment) == path)
    }
}
