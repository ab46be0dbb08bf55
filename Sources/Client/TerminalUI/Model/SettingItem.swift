import KeyInput
import OpusCodec
import VoiceClient

/// The rows of the settings, in their order.
package enum SettingItem: String, CaseIterable, Sendable {
    case inputDevice, outputDevice, microphoneTest
    case mode, talkKey, talkKeyStyle, releaseDelay, autoRelease, globalKey, activationLevel, hangover
    case profile, bitrate, frameDuration, noise, echo, gain, volume, ducking
    case muteKey, deafenKey, voiceKey, membersKey
    case sounds, bell, colors, showsMembers

    /// How a row is changed.
    package enum Kind: Equatable, Sendable {
        /// By left and right.
        case choice
        /// A number of this unit: by left and right in steps, or typed after Enter.
        case number(ClosedRange<Int>, step: Int, unit: String)
        case toggle
        case key
        case text
        case action
    }

    package var kind: Kind {
        switch self {
        case .inputDevice, .outputDevice, .mode, .talkKeyStyle, .profile, .frameDuration, .colors: .choice
        case .microphoneTest: .action
        case .talkKey, .muteKey, .deafenKey, .voiceKey, .membersKey: .key
        case .globalKey: .text
        case .releaseDelay: .number(Settings.releaseDelayRange, step: 50, unit: "ms")
        case .autoRelease: .number(Settings.autoReleaseRange, step: 10, unit: "s")
        case .activationLevel: .number(Settings.activationLevelRange, step: 1, unit: "dB below full")
        case .hangover: .number(Settings.hangoverRange, step: 50, unit: "ms")
        case .bitrate: .number(16...128, step: 4, unit: "kbit/s")
        case .volume: .number(0...200, step: 10, unit: "%")
        case .ducking: .number(Settings.duckingRange, step: 1, unit: "dB")
        case .noise, .echo, .gain, .sounds, .bell, .showsMembers: .toggle
        }
    }

    package var label: String {
        switch self {
        case .inputDevice: "Microphone"
        case .outputDevice: "Speaker"
        case .microphoneTest: "Test the microphone"
        case .mode: "Your voice is sent"
        case .talkKey: "Talk key"
        case .talkKeyStyle: "Talk key is"
        case .releaseDelay: "Microphone stays open after it"
        case .autoRelease: "A toggled key lets go after"
        case .globalKey: "Global talk key (Linux name)"
        case .activationLevel: "Activation threshold"
        case .hangover: "Activation hang-over"
        case .profile: "Profile"
        case .bitrate: "Bitrate"
        case .frameDuration: "Frame"
        case .noise: "Noise suppression"
        case .echo: "Echo cancelling"
        case .gain: "Automatic gain"
        case .volume: "Volume"
        case .ducking: "Others, under priority speakers"
        case .muteKey: "Mute key"
        case .deafenKey: "Deafen key"
        case .voiceKey: "Voice key"
        case .membersKey: "Members key"
        case .sounds: "Notification sounds"
        case .bell: "Terminal bell"
        case .colors: "Colours"
        case .showsMembers: "List of members"
        }
    }

    /// What an engine takes at its start only.
    var needsNewEngine: Bool {
        switch self {
        case .inputDevice, .outputDevice, .profile, .frameDuration, .ducking: true
        default: false
        }
    }
}

extension Settings {
    /// What a row shows.
    package func value(of item: SettingItem) -> String {
        switch item {
        case .inputDevice: inputDevice ?? "default"
        case .outputDevice: outputDevice ?? "default"
        case .microphoneTest: "Enter: record 3 s, then hear it"
        case .mode: mode.words
        case .talkKey: "\(talkKey)"
        case .talkKeyStyle: talkKeyStyle == .automatic ? "held, where the terminal can" : "a toggle"
        case .globalKey: globalKey ?? "none"
        case .profile: profile.rawValue
        case .bitrate:
            bitrateKilobits.map { "\($0) kbit/s" } ?? "as the profile (\(profile.encoder.bitsPerSecond / 1_000) kbit/s)"
        case .frameDuration: frameDurationMilliseconds.map { "\(Self.short($0)) ms" } ?? "as the profile"
        case .muteKey: "\(muteKey)"
        case .deafenKey: "\(deafenKey)"
        case .voiceKey: "\(voiceKey)"
        case .membersKey: "\(membersKey)"
        case .colors: colors.rawValue
        case .noise: Self.onOff(suppressesNoise)
        case .echo: Self.onOff(cancelsEcho)
        case .gain: Self.onOff(usesAutomaticGain)
        case .sounds: Self.onOff(playsSounds)
        case .bell: Self.onOff(ringsBell)
        case .showsMembers: Self.onOff(showsMembers)
        case .autoRelease where autoReleaseSeconds == 0: "never"
        case .releaseDelay, .autoRelease, .activationLevel, .hangover, .volume, .ducking:
            "\(number(of: item)) \(item.unit)"
        }
    }

    /// The number of a row that has one.
    package func number(of item: SettingItem) -> Int {
        switch item {
        case .releaseDelay: releaseDelayMilliseconds
        case .autoRelease: autoReleaseSeconds
        case .activationLevel: activationLevel
        case .hangover: hangoverMilliseconds
        case .bitrate: bitrateKilobits ?? profile.encoder.bitsPerSecond / 1_000
        case .volume: Int((volume * 100).rounded())
        case .ducking: duckingDecibels
        default: 0
        }
    }

    /// Held to the row's range.
    mutating func set(_ number: Int, of item: SettingItem) {
        guard case .number(let range, _, _) = item.kind else { return }
        let number = min(max(number, range.lowerBound), range.upperBound)
        switch item {
        case .releaseDelay: releaseDelayMilliseconds = number
        case .autoRelease: autoReleaseSeconds = number
        case .activationLevel: activationLevel = number
        case .hangover: hangoverMilliseconds = number
        case .bitrate: bitrateKilobits = number
        case .volume: volume = Float(number) / 100
        case .ducking: duckingDecibels = number
        default: break
        }
    }

    /// The next or previous value of a row that is chosen or switched.
    mutating func step(_ item: SettingItem, by step: Int, devices: [String]) {
        switch item {
        case .inputDevice: inputDevice = Self.next(inputDevice, in: [nil] + devices, step)
        case .outputDevice: outputDevice = Self.next(outputDevice, in: [nil] + devices, step)
        case .mode: mode = Self.next(mode, in: TransmissionMode.allCases, step)
        case .talkKeyStyle: talkKeyStyle = Self.next(talkKeyStyle, in: TalkKeyStyle.allCases, step)
        case .profile: profile = Self.next(profile, in: VoiceProfile.allCases, step)
        case .colors: colors = Self.next(colors, in: Colors.allCases, step)
        case .frameDuration:
            frameDurationMilliseconds = Self.next(frameDurationMilliseconds, in: [nil, 2.5, 5, 10, 20, 40, 60], step)
        case .noise: suppressesNoise.toggle()
        case .echo: cancelsEcho.toggle()
        case .gain: usesAutomaticGain.toggle()
        case .sounds: playsSounds.toggle()
        case .bell: ringsBell.toggle()
        case .showsMembers: showsMembers.toggle()
        default:
            guard case .number(_, let size, _) = item.kind else { return }
            set(number(of: item) + step * size, of: item)
        }
    }

    mutating func set(_ stroke: KeyStroke, of item: SettingItem) {
        switch item {
        case .talkKey: talkKey = stroke
        case .muteKey: muteKey = stroke
        case .deafenKey: deafenKey = stroke
        case .voiceKey: voiceKey = stroke
        case .membersKey: membersKey = stroke
        default: break
        }
    }

    private static func next<Value: Equatable>(_ value: Value, in values: [Value], _ step: Int) -> Value {
        let here = values.firstIndex(of: value) ?? 0
        return values[(here + step + values.count) % values.count]
    }

    private static func onOff(_ isOn: Bool) -> String { isOn ? "on" : "off" }

    private static func short(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }
}

extension SettingItem {
    var unit: String { if case .number(_, _, let unit) = kind { unit } else { "" } }
}

extension TransmissionMode {
    /// As commands and the settings file spell it.
    package var words: String {
        switch self {
        case .pushToTalk: "push-to-talk"
        case .voiceActivated: "voice-activated"
        case .continuous: "continuous"
        }
    }
}
