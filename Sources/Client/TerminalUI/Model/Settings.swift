import KeyInput
import SpeechProcessing
import VoiceClient

/// What a person has chosen, kept from one start to the next.
package struct Settings: Equatable, Sendable {
    package enum Colors: String, Sendable, CaseIterable { case dark, light, none }

    /// How a press of the talk key is meant.
    package enum TalkKeyStyle: String, Sendable, CaseIterable {
        /// Held where the terminal tells of releases, else a toggle.
        case automatic
        /// Always a toggle.
        case toggle
    }

    // Voice.
    package var mode = TransmissionMode.pushToTalk
    package var talkKeyStyle = TalkKeyStyle.automatic
    /// How long the microphone stays open after the key was let go, in milliseconds.
    package var releaseDelayMilliseconds = 150
    /// A toggled key lets go by itself after so many seconds without a repeat; 0: never.
    package var autoReleaseSeconds = 120
    /// From this level on (−dBov, 20…70) sound may open voice activation; speech alone does, below it nothing.
    package var activationLevel = 50
    /// How long voice activation stays open after the last speech, in milliseconds.
    package var hangoverMilliseconds = 300
    package var profile = VoiceProfile.standard
    /// kbit/s; nil: the profile's.
    package var bitrateKilobits: Int?
    /// Nil: the profile's.
    package var frameDurationMilliseconds: Double?
    package var cancelsEcho = true
    package var suppressesNoise = true
    package var usesAutomaticGain = true
    /// ALSA names; nil: the default device.
    package var inputDevice: String?
    package var outputDevice: String?
    /// 0…2.
    package var volume: Float = 1
    /// By name, 0…2.
    package var userVolumes: [String: Float] = [:]
    /// Others are turned down by so many dB while a priority speaker speaks.
    package var duckingDecibels = 12

    // Keys.
    package var talkKey = KeyStroke(.function(8))
    package var muteKey = KeyStroke(.function(6))
    package var deafenKey = KeyStroke(.function(7))
    package var voiceKey = KeyStroke(.function(5))
    package var membersKey = KeyStroke(.function(9))
    /// Name of a key in Linux's input-event-codes.h, without `KEY_`: works while other windows have the keyboard. Nil: none.
    package var globalKey: String?

    // The screen.
    package var playsSounds = true
    package var ringsBell = false
    package var colors = Colors.dark
    package var showsMembers = true

    package init() {}

    package static let releaseDelayRange = 0...2_000
    package static let autoReleaseRange = 0...3_600
    package static let activationLevelRange = 20...70
    package static let hangoverRange = 100...2_000
    package static let duckingRange = 0...40

    /// ``activationLevel`` and ``hangoverMilliseconds`` as the engine takes them.
    package var activation: VoiceActivityGate.Settings {
        var settings = VoiceActivityGate.Settings()
        settings.levelDecibelsMin = -Double(activationLevel)
        settings.hangoverSampleCount = hangoverMilliseconds * 48
        return settings
    }

    package var microphone: MicrophoneSettings {
        guard profile.isVoice else { return .untouched }
        var settings = MicrophoneSettings()
        settings.cancelsEcho = cancelsEcho
        settings.suppressesNoise = suppressesNoise
        settings.usesAutomaticGain = usesAutomaticGain
        return settings
    }
}
