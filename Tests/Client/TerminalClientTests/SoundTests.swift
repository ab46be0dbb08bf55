import AudioDevice
import SpeechProcessing
import TerminalSupport
import TerminalUI
import TestSupport
import Testing

@testable import TerminalClient

struct SoundTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: Alert.allCases) func `an alert is short, soft at its ends, and no louder than a voice`(
        alert: Alert
    ) {
        let samples = AlertSound.samples(of: alert)
        #expect(samples.count <= 48_000 * 3 / 10 && !samples.isEmpty)
        #expect(abs(samples[0]) < 100 && abs(samples[samples.count - 1]) < 100)
        #expect(samples.map { abs(Int($0)) }.max() ?? 0 <= 4_000)
    }

    @Test func `alerts differ`() {
        let sounds = Alert.allCases.map { AlertSound.samples(of: $0) }
        for (index, sound) in sounds.enumerated() {
            for other in sounds[(index + 1)...] { #expect(sound != other) }
        }
    }

    @Test func `a sound is played to its end`() throws {
        let samples = AlertSound.samples(of: .mention)
        try SoundPlayer.play(samples, on: folder.file("alert.wav"))
        let played = try WAVAudio.read(folder.file("alert.wav"))
        #expect(played.count >= samples.count)
        let start = try #require(played.firstIndex { $0 != 0 })
        let first = try #require(samples.firstIndex { $0 != 0 })
        #expect(Array(played[start...].prefix(samples.count - first)) == Array(samples[first...]))
    }

    @Test func `the microphone test records what the microphone hears`() throws {
        let spoken = (0..<48_000).map { Int16(($0 % 100) * 50) }
        try WAVAudio.write(spoken, to: folder.file("spoken.wav"))
        var settings = Settings()
        settings.inputDevice = folder.file("spoken.wav")
        (settings.cancelsEcho, settings.suppressesNoise, settings.usesAutomaticGain) = (false, false, false)
        #expect(try MicrophoneTest.record(VoiceSetup(settings: settings)) == spoken)
    }

    @Test func `a device that is not there is told`() {
        var settings = Settings()
        settings.inputDevice = "no-such-device"
        #expect {
            try MicrophoneTest.record(VoiceSetup(settings: settings))
        } throws: {
            ($0 as? CommandFailure)?.status == .device
        }
    }
}
