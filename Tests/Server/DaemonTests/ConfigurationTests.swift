import ControlServer
import Foundation
import TestSupport
import Testing
import VoiceRelay

@testable import Daemon

@Suite struct ConfigurationTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private func file(_ text: String) throws -> String {
        let path = directory.file("roomtoned.yaml")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func error(
        _ text: String, environment: [String: String] = [:], flags: [ConfigurationFlag] = []
    ) throws -> String {
        let path = try file(text)
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonConfiguration.load(file: path, environment: environment, flags: flags)
        }
        return error?.description.replacingOccurrences(of: path, with: "FILE") ?? ""
    }

    @Test func flagsWinOverTheEnvironmentAndThatOverTheFile() throws {
        let path = try file("control:\n  port: 1\n  offences_max: 2\nvoice:\n  port: 3\n")
        let configuration = try DaemonConfiguration.load(
            file: path, environment: ["ROOMTONE_CONTROL_PORT": "4", "ROOMTONE_VOICE_PORT": "5"],
            flags: [ConfigurationFlag(name: "--control-port", key: "control.port", value: "6")])
        #expect(configuration.control.port == 6)
        #expect(configuration.voice.port == 5)
        #expect(configuration.control.offencesMax == 2)
    }

    @Test(arguments: ["", "# nothing but a comment\n", "control:\n"])
    func emptyFilesAreTheDefaults(_ text: String) throws {
        #expect(try DaemonConfiguration.load(file: file(text)).control.port == 8080)
    }

    /// Each key alone, from each source: it has the value that stands there, and all others have their defaults.
    @Test(arguments: DaemonSettings.all.map(\.key))
    func everyKeyIsTakenFromEverySource(_ key: String) throws {
        let setting = try #require(DaemonSettings.all.first { $0.key == key })
        // Of two files that belong together both have to be there.
        let pair = ["tls.certificate_file", "tls.key_file"]
        let keys = pair.contains(key) ? pair : [key]
        var isTaken = false
        for value in setting.otherValues {
            var expected = DaemonConfiguration()
            for setting in DaemonSettings.all where keys.contains(setting.key) {
                #expect(setting.read(value, &expected))
            }
            // What is allowed may yet not go with another key's default.
            guard (try? expected.check([:])) != nil else { continue }
            isTaken = true
            let flags = keys.map { ConfigurationFlag(name: "--flag", key: $0, value: value) }
            let text = yaml(keys, value, isBare: [.number, .seconds, .yesOrNo].contains(setting.kind))
            let environment = Dictionary(uniqueKeysWithValues: keys.map { (environmentName($0), value) })
            for loaded in [
                try DaemonConfiguration.load(file: file(text)),
                try DaemonConfiguration.load(environment: environment), try DaemonConfiguration.load(flags: flags),
            ] {
                for setting in DaemonSettings.all {
                    #expect(setting.write(loaded) == setting.write(expected), "\(setting.key), with \(key): \(value)")
                }
            }
        }
        #expect(isTaken, "no value was found that can stand alone")
    }

    private func environmentName(_ key: String) -> String {
        DaemonSettings.all.first { $0.key == key }?.environmentName ?? ""
    }

    /// A section with these keys of it, or a key that is in none.
    private func yaml(_ keys: [String], _ value: String, isBare: Bool) -> String {
        let written = isBare ? value : "\"\(value)\""
        let names = keys.map { $0.split(separator: ".", maxSplits: 1) }
        guard names[0].count == 2 else { return "\(keys[0]): \(written)\n" }
        return "\(names[0][0]): {\(names.map { "\($0[1]): \(written)" }.joined(separator: ", "))}\n"
    }

    /// Each key from the environment and from flags, at both of its documented limits and one past.
    @Test(arguments: DaemonSettings.all.map(\.key))
    func everyKeyIsReadWithinItsLimits(_ key: String) throws {
        let setting = try #require(DaemonSettings.all.first { $0.key == key })
        let value = setting.write(DaemonConfiguration())
        var configuration = DaemonConfiguration()
        #expect(setting.read(value, &configuration))
        // Texts are taken as they are; whether they make sense shows when they are used.
        if !setting.read("nonsense", &configuration) {
            let fromEnvironment = #expect(throws: ConfigurationError.self) {
                try DaemonConfiguration.load(environment: [setting.environmentName: "nonsense"])
            }
            #expect(
                fromEnvironment?.description
                    == "environment variable \(setting.environmentName): expected \(setting.allowed), found “nonsense”")
            let fromFlag = #expect(throws: ConfigurationError.self) {
                try DaemonConfiguration.load(flags: [ConfigurationFlag(name: "--flag", key: key, value: "nonsense")])
            }
            #expect(fromFlag?.description == "--flag: expected \(setting.allowed), found “nonsense”")
        }
        let bounds = setting.allowed.split(separator: " ")[0].split(separator: "…").compactMap { Int($0) }
        guard bounds.count == 2 else { return }
        #expect(setting.read(String(bounds[0]), &configuration) && setting.read(String(bounds[1]), &configuration))
        #expect(
            !setting.read(String(bounds[0] - 1), &configuration) && !setting.read(String(bounds[1] + 1), &configuration)
        )
    }

    @Test func wrongValuesNameFileKeyFoundAndAllowed() throws {
        #expect(
            try error("control:\n  port: 65536\n")
                == "FILE, key control.port: expected 0…65535, found “65536”")
        #expect(
            try error("control:\n  allow_plaintext: perhaps\n")
                == "FILE, key control.allow_plaintext: expected true or false, found “perhaps”")
        #expect(try error("control:\n  port: [1, 2]\n") == "FILE, key control.port: expected 0…65535, found a list")
        #expect(
            try error("log_level: loud\n")
                == "FILE, key log_level: expected trace, debug, info, notice, warning, error, critical, found “loud”")
    }

    @Test func unknownKeysNameTheirLineAndWhatMayHaveBeenMeant() throws {
        let section = try error("control:\n  port: 1\n  prot: 2\n")
        #expect(
            section == """
                FILE:3: unknown key “control.prot”; the nearest are control.port, control.host, voice.port; \
                “roomtoned check-config --list” names all
                """)
        let long = try error("control:\n  \(String(repeating: "x", count: 900)): 2\n")
        #expect(long.hasPrefix("FILE:2: unknown key “control.xxx"))
        #expect(try error("contrl:\n  port: 1\n").hasPrefix("FILE:1: unknown key “contrl”"))
        #expect(try error("control:\n  port:\n    number: 1\n").hasPrefix("FILE:2: unknown key “control.port”"))
    }

    @Test(arguments: [
        "control:\n port: 1\n  host: x\n", "- a\n- b\n", "just text\n", "a: [\n", "control:\n  port: 1\n  port: 2\n",
    ])
    func malformedFilesAreNamedInOneLine(_ text: String) throws {
        let message = try error(text)
        #expect(message.hasPrefix("FILE"))
        #expect(!message.contains("\n"))
    }

    @Test func missingFileIsNamed() throws {
        let path = directory.file("missing.yaml")
        let error = #expect(throws: ConfigurationError.self) { try DaemonConfiguration.load(file: path) }
        #expect(error?.description.hasPrefix(path) == true)
    }

    @Test func keysThatBelongTogetherAreChecked() throws {
        #expect(try error("tls:\n  key_file: a\n").contains("tls.certificate_file"))
        #expect(try error("control:\n  idle_seconds: 30\n").contains("control.ping_after_seconds"))
        #expect(try error("voice:\n  timeout_seconds: 5\n").contains("voice.keepalive_seconds"))
    }

    @Test func whatVoiceForwardsIsSetInTheFilesUnits() throws {
        let path = try file(
            "voice:\n  loudest_talkers: 0\n  bundle_window_milliseconds: 20\n  bytes_per_second_per_room_max: 4000\n")
        let voice = try DaemonConfiguration.load(file: path).voice
        #expect(voice.loudestTalkersMax == 0)
        #expect(voice.bundleWindowMax == .milliseconds(20))
        #expect(voice.bytesPerSecondPerRoomMax == 4_000)
        #expect(
            try error("voice:\n  loudest_talkers: 65\n")
                == "FILE, key voice.loudest_talkers: expected 0…64 talkers, found “65”")
        #expect(
            try error("voice:\n  bundle_window_milliseconds: 21\n")
                == "FILE, key voice.bundle_window_milliseconds: expected 0…20 milliseconds, found “21”")
    }

    @Test func namesAreSplitAtCommas() throws {
        let path = try file("tls:\n  names: \"voice.example, chat.example\"\n")
        #expect(try DaemonConfiguration.load(file: path).certificate.names == ["voice.example", "chat.example"])
    }
}
