import OpusCodec
import SpeechProcessing
import TerminalSupport
import Testing
import VoiceClient

@testable import TalkInterface

struct TalkOptionsTests {
    private var options = TalkOptions(server: "localhost", room: "General", user: "ada", environment: [:])

    private func status(_ change: (inout TalkOptions) -> Void) -> ExitReason? {
        var copy = options
        change(&copy)
        do throws(CommandFailure) {
            _ = try copy.engineConfiguration()
            _ = try copy.clientOptions()
            _ = try copy.serverAddress()
            _ = try copy.duration()
            return nil
        } catch {
            return error.status
        }
    }

    @Test mutating func `a device is push-to-talk, a file continuous, and what is asked for wins`() {
        #expect(options.transmissionMode == .pushToTalk)
        options.input = "voice.WAV"
        #expect(options.transmissionMode == .continuous)
        options.mode = .pushToTalk
        #expect(options.transmissionMode == .pushToTalk)
    }

    @Test func `the edges of every range are taken and what is past them refused`() {
        for kilobits in [16, 128] { #expect(status { $0.bitrateKilobits = kilobits } == nil) }
        for kilobits in [15, 129, -1] { #expect(status { $0.bitrateKilobits = kilobits } == .usage) }
        for complexity in [0, 10] { #expect(status { $0.complexity = complexity } == nil) }
        for decibels in [0, 40.0] { #expect(status { $0.duckingDecibels = decibels } == nil) }
        for kilobits in [8, 128] { #expect(status { $0.mixBitrateKilobits = kilobits } == nil) }
        for kilobits in [7, 129] { #expect(status { $0.mixBitrateKilobits = kilobits } == .usage) }
        for decibels in [-1, 40.1, .nan] { #expect(status { $0.duckingDecibels = decibels } == .usage) }
        for complexity in [-1, 11] { #expect(status { $0.complexity = complexity } == .usage) }
        for frame in [2.5, 60] { #expect(status { $0.frameDurationMilliseconds = frame } == nil) }
        for frame in [0, 2, 80, .nan] { #expect(status { $0.frameDurationMilliseconds = frame } == .usage) }
        for seconds in [0.1, 31_536_000] { #expect(status { $0.durationSeconds = seconds } == nil) }
        for seconds in [0, -1, 31_536_001, .infinity, .nan] {
            #expect(status { $0.durationSeconds = seconds } == .usage)
        }
    }

    @Test func `a fingerprint and an address have to be ones`() {
        #expect(status { $0.fingerprint = String(repeating: "ab", count: 32) } == nil)
        #expect(status { $0.fingerprint = "ab" } == .usage)
        #expect(status { $0.server = "host:99999" } == .usage)
    }

    @Test mutating func `the encoder gets what was asked for`() throws {
        options.frameDurationMilliseconds = 10
        options.bitrateKilobits = 64
        options.complexity = 3
        options.isConstantBitrate = true
        options.usesErrorCorrection = false
        let encoder = try options.engineConfiguration().encoder
        #expect(encoder.frameDuration == .milliseconds10)
        #expect(encoder.bitsPerSecond == 64_000)
        #expect(encoder.complexity == 3)
        #expect(!encoder.variableBitrate && !encoder.forwardErrorCorrection)
    }

    @Test mutating func `bundles are taken unless they are declined`() throws {
        #expect(try options.engineConfiguration().takesBundles)
        options.takesBundles = false
        #expect(try options.engineConfiguration().takesBundles == false)
    }

    @Test mutating func `a voice from a device is processed, a file and music are not, and what is asked for wins`()
        throws
    {
        #expect(try options.engineConfiguration().microphone == .voice)
        for profile in [VoiceProfile.lowLatency, .music] {
            var copy = options
            copy.profile = profile
            #expect(try copy.engineConfiguration().microphone == .untouched)
            #expect(try copy.engineConfiguration().encoder.channelCount == (profile == .music ? 2 : 1))
            copy.cancelsEcho = true
            #expect(try copy.engineConfiguration().microphone.cancelsEcho)
            #expect(try copy.engineConfiguration().encoder.channelCount == 1)
        }
        options.suppressesNoise = false
        #expect(try options.engineConfiguration().microphone.noiseSuppressionDecibels == nil)
        options.input = "voice.wav"
        options.suppressesNoise = nil
        #expect(try options.engineConfiguration().microphone == .untouched)
    }

    @Test(arguments: VoiceProfile.allCases)
    func `every profile is one that the engine takes, within the server's 500 datagrams a second`(
        _ profile: VoiceProfile
    ) throws {
        var copy = options
        copy.profile = profile
        let encoder = try copy.engineConfiguration().encoder
        #expect(1_000 / encoder.frameDuration.milliseconds < 500)
        copy.frameDurationMilliseconds = 10
        copy.bitrateKilobits = 32
        #expect(try copy.engineConfiguration().encoder.frameDuration == .milliseconds10)
        #expect(try copy.engineConfiguration().encoder.bitsPerSecond == 32_000)
    }
}
