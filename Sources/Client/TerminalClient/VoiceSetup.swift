import AudioDevice
import OpusCodec
import TalkInterface
import TerminalSupport
import TerminalUI
import VoiceClient

/// What a voice engine is made with: the settings in force.
struct VoiceSetup: Equatable, Sendable {
    var settings: Settings
    /// The control connection is plaintext, so voice may be.
    var allowsUnsealedVoice = false

    /// Throws what is out of range.
    func configuration() throws(CommandFailure) -> VoiceEngineConfiguration {
        var configuration = VoiceEngineConfiguration()
        configuration.mode = settings.mode
        configuration.encoder = settings.profile.encoder
        configuration.microphone = settings.microphone
        configuration.activation = settings.activation
        configuration.volume = settings.volume
        configuration.duckingDecibels = Float(settings.duckingDecibels)
        if let milliseconds = settings.frameDurationMilliseconds,
            let frameDuration = FrameDuration(milliseconds: milliseconds)
        {
            configuration.encoder.frameDuration = frameDuration
        }
        if let kilobits = settings.bitrateKilobits { configuration.encoder.bitsPerSecond = kilobits * 1_000 }
        do throws(VoiceEngineError) {
            try configuration.validate()
        } catch {
            throw CommandFailure(error)
        }
        return configuration
    }

    /// Opens the devices, in as many channels as both they and the profile have, and starts an engine on them. Blocks.
    func engine(isMuted: Bool, isDeafened: Bool) throws(CommandFailure) -> VoiceEngine {
        var configuration = try configuration()
        configuration.isMuted = isMuted
        configuration.isDeafened = isDeafened
        let (source, sink) = try devices(channelCountMax: configuration.encoder.channelCount)
        configuration.encoder.channelCount = source.channelCount
        do throws(VoiceEngineError) {
            let engine = try VoiceEngine(configuration: configuration, source: source, sink: sink)
            try engine.start()
            return engine
        } catch {
            throw CommandFailure(error)
        }
    }

    private func devices(
        channelCountMax: Int
    ) throws(CommandFailure) -> (source: any AudioSource, sink: any AudioSink) {
        do throws(AudioDeviceError) {
            let source = try AudioSources.open(
                name: settings.inputDevice, timing: settings.profile.captureTiming, channelCountMax: channelCountMax)
            let sink = try AudioSinks.open(
                name: settings.outputDevice, timing: settings.profile.playbackTiming,
                channelCountMax: settings.profile.channelCount)
            return (source, sink)
        } catch {
            throw CommandFailure(error)
        }
    }
}
