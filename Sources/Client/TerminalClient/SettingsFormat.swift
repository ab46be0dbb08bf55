import KeyInput
import OpusCodec
import TerminalUI
import VoiceClient

/// Which setting each name of the file is, and how its value is written. Pure.
enum SettingsFormat {
    /// Begins the name of a setting that is about one person; their name follows.
    static let userVolume = "user-volume."

    /// The settings that the text says, and where it does not say what it should: there, what holds anyway stays.
    static func read(_ text: SettingsText) -> (settings: Settings, problems: [SettingsText.Problem]) {
        var settings = Settings()
        var problems = text.problems
        for entry in text.entries {
            if let problem = take(entry, into: &settings) {
                problems.append(SettingsText.Problem(line: entry.line, text: problem))
            }
        }
        return (settings, problems.sorted { $0.line < $1.line })
    }

    /// Writes down what has changed; every other line stays as it is.
    static func write(_ new: Settings, over old: Settings, into text: inout SettingsText) {
        for field in fields where field.text(new) != field.text(old) {
            say(field.name, field.text(new), in: &text)
        }
        for name in Set(old.userVolumes.keys).union(new.userVolumes.keys).sorted()
        where old.userVolumes[name] != new.userVolumes[name] {
            say(userVolume + name, new.userVolumes[name].map(percent), in: &text)
        }
    }

    private static func say(_ name: String, _ value: String?, in text: inout SettingsText) {
        var scratch = Settings()
        if let entry = text.entries.first(where: { $0.name == name }), take(entry, into: &scratch) != nil {
            text.comment(entry.line)
        }
        if let value { text.set(name, to: value) } else { text.remove(name) }
    }

    /// What is wrong with the entry; nil when it was taken.
    private static func take(_ entry: SettingsText.Entry, into settings: inout Settings) -> String? {
        if entry.name.hasPrefix(userVolume) {
            let name = String(entry.name.dropFirst(userVolume.count))
            guard !name.isEmpty, let volume = volume(entry.value) else {
                return "“\(entry.name)”: give \(volumeExpected)"
            }
            settings.userVolumes[name] = volume
            return nil
        }
        guard let field = fields.first(where: { $0.name == entry.name }) else {
            return "there is no setting “\(entry.name)”"
        }
        return field.read(entry.value, &settings)
            ? nil : "“\(entry.name) = \(entry.value)”: give \(field.expected)"
    }

    // MARK: Values

    fileprivate static func volume(_ text: String) -> Float? {
        guard let percent = Int(text), (0...200).contains(percent) else { return nil }
        return Float(percent) / 100
    }

    fileprivate static func percent(_ volume: Float) -> String { String(Int((volume * 100).rounded())) }

    fileprivate static let volumeExpected = "percent, 0 to 200"
}

extension SettingsFormat {
    /// One name of the file.
    struct Field: Sendable {
        let name: String
        /// What a value may be, for who wrote another.
        let expected: String
        /// Nil: nothing is said.
        let text: @Sendable (Settings) -> String?
        /// False for a value that is none.
        let read: @Sendable (String, inout Settings) -> Bool
    }

    /// In the order in which the documentation lists them.
    static let fields: [Field] = voiceFields + deviceFields + keyFields + screenFields

    private static let voiceFields = [
        choice("mode", \.mode, TransmissionMode.allCases, \.words),
        choice("talk-key-style", \.talkKeyStyle, Settings.TalkKeyStyle.allCases, \.rawValue),
        number("release-delay", \.releaseDelayMilliseconds, Settings.releaseDelayRange, "milliseconds"),
        number("auto-release", \.autoReleaseSeconds, Settings.autoReleaseRange, "seconds"),
        number("activation-threshold", \.activationLevel, Settings.activationLevelRange, "decibels below full scale"),
        number("activation-hangover", \.hangoverMilliseconds, Settings.hangoverRange, "milliseconds"),
        choice("profile", \.profile, VoiceProfile.allCases, \.rawValue),
        bitrate, frameDuration,
        flag("noise-suppression", \.suppressesNoise),
        flag("echo-cancelling", \.cancelsEcho),
        flag("automatic-gain", \.usesAutomaticGain),
        number("ducking", \.duckingDecibels, Settings.duckingRange, "decibels"),
    ]

    private static let deviceFields = [
        word("input", \.inputDevice, "a device as “roomtone devices” names it, or a WAV file"),
        word("output", \.outputDevice, "a device as “roomtone devices” names it, or a WAV file"),
        Field(
            name: "volume", expected: volumeExpected, text: { percent($0.volume) },
            read: { text, settings in
                guard let volume = volume(text) else { return false }
                settings.volume = volume
                return true
            }),
    ]

    private static let keyFields = [
        key("talk-key", \.talkKey), key("mute-key", \.muteKey), key("deafen-key", \.deafenKey),
        key("voice-key", \.voiceKey), key("members-key", \.membersKey),
        Field(
            name: "global-key", expected: "a key by Linux's name for it, as f13 or rightctrl", text: { $0.globalKey },
            read: { text, settings in
                guard KeyCode(parsing: text) != nil else { return false }
                settings.globalKey = text.lowercased()
                return true
            }),
    ]

    private static let screenFields = [
        flag("sounds", \.playsSounds), flag("bell", \.ringsBell),
        choice("colours", \.colors, Settings.Colors.allCases, \.rawValue), flag("members", \.showsMembers),
    ]

    private static let bitrate = Field(
        name: "bitrate", expected: "kbit/s, 16 to 128", text: { $0.bitrateKilobits.map(String.init) },
        read: { text, settings in
            let range = VoiceEngineConfiguration.bitsPerSecondRange
            guard let number = Int(text), (range.lowerBound / 1_000...range.upperBound / 1_000).contains(number) else {
                return false
            }
            settings.bitrateKilobits = number
            return true
        })

    private static let frameDuration = Field(
        name: "frame-duration", expected: "milliseconds: 2.5, 5, 10, 20, 40 or 60",
        text: { settings in
            settings.frameDurationMilliseconds.map { $0 == $0.rounded() ? String(Int($0)) : String($0) }
        },
        read: { text, settings in
            guard let number = Double(text), FrameDuration(milliseconds: number) != nil else { return false }
            settings.frameDurationMilliseconds = number
            return true
        })
}

// MARK: Kinds of values

// A key path of a value type without captures is the same everywhere, but not yet marked as such.
private typealias Path<Value> = WritableKeyPath<Settings, Value> & Sendable

extension SettingsFormat {
    private static func choice<Value: Sendable>(
        _ name: String, _ path: any Path<Value>, _ values: [Value], _ words: @escaping @Sendable (Value) -> String
    ) -> Field {
        Field(
            name: name, expected: values.map(words).joined(separator: ", "), text: { words($0[keyPath: path]) },
            read: { text, settings in
                guard let value = values.first(where: { words($0) == text.lowercased() }) else { return false }
                settings[keyPath: path] = value
                return true
            })
    }

    private static func number(
        _ name: String, _ path: any Path<Int>, _ range: ClosedRange<Int>, _ unit: String
    ) -> Field {
        Field(
            name: name, expected: "\(unit), \(range.lowerBound) to \(range.upperBound)",
            text: { String($0[keyPath: path]) },
            read: { text, settings in
                guard let number = Int(text), range.contains(number) else { return false }
                settings[keyPath: path] = number
                return true
            })
    }

    private static func flag(_ name: String, _ path: any Path<Bool>) -> Field {
        Field(
            name: name, expected: "on or off", text: { $0[keyPath: path] ? "on" : "off" },
            read: { text, settings in
                guard let isOn = ["on": true, "off": false][text.lowercased()] else { return false }
                settings[keyPath: path] = isOn
                return true
            })
    }

    private static func key(_ name: String, _ path: any Path<KeyStroke>) -> Field {
        Field(
            name: name, expected: "a key, as f8, ctrl-space or alt-m", text: { $0[keyPath: path].description },
            read: { text, settings in
                guard let stroke = KeyStroke(parsing: text) else { return false }
                settings[keyPath: path] = stroke
                return true
            })
    }

    private static func word(_ name: String, _ path: any Path<String?>, _ expected: String) -> Field {
        Field(
            name: name, expected: expected, text: { $0[keyPath: path] },
            read: { text, settings in
                guard !text.isEmpty else { return false }
                settings[keyPath: path] = text
                return true
            })
    }
}
