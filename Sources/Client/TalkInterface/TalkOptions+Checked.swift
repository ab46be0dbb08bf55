import AudioDevice
import OpusCodec
import RoomClient
import SpeechProcessing
import TerminalSupport
import VoiceClient

extension TalkOptions {
    /// A WAV file has no key to hold: unless told otherwise, all of it is sent.
    var transmissionMode: TransmissionMode {
        mode ?? (isInputFile ? .continuous : .pushToTalk)
    }

    var isInputFile: Bool { input.map(AudioSources.isSoundFile) ?? false }

    /// A file is sent as it is, unless told otherwise.
    private var microphoneSettings: MicrophoneSettings {
        let isProcessed = profile.isVoice && !isInputFile
        var settings = MicrophoneSettings.untouched
        settings.cancelsEcho = cancelsEcho ?? isProcessed
        if suppressesNoise ?? isProcessed { settings.suppressesNoise = true }
        if usesAutomaticGain ?? isProcessed { settings.usesAutomaticGain = true }
        return settings
    }

    /// The engine's settings; throws what is out of range.
    func engineConfiguration() throws(CommandFailure) -> VoiceEngineConfiguration {
        var configuration = VoiceEngineConfiguration()
        configuration.mode = transmissionMode
        configuration.encoder = profile.encoder
        configuration.microphone = microphoneSettings
        // Processing is for one channel: who asks for it is heard in mono.
        if configuration.microphone != .untouched { configuration.encoder.channelCount = 1 }
        if let frameDurationMilliseconds {
            guard let frameDuration = FrameDuration(milliseconds: frameDurationMilliseconds) else {
                throw CommandFailure(
                    .usage, "--frame-duration \(frameDurationMilliseconds): give 2.5, 5, 10, 20, 40 or 60 milliseconds."
                )
            }
            configuration.encoder.frameDuration = frameDuration
        }
        if let bitrateKilobits {
            let range = VoiceEngineConfiguration.bitsPerSecondRange
            let (kilobitsMin, kilobitsMax) = (range.lowerBound / 1_000, range.upperBound / 1_000)
            guard (kilobitsMin...kilobitsMax).contains(bitrateKilobits) else {
                throw CommandFailure(
                    .usage, "--bitrate \(bitrateKilobits): give \(kilobitsMin) to \(kilobitsMax) kbit/s.")
            }
            configuration.encoder.bitsPerSecond = bitrateKilobits * 1_000
        }
        if let complexity { configuration.encoder.complexity = complexity }
        if isConstantBitrate { configuration.encoder.variableBitrate = false }
        if let usesErrorCorrection { configuration.encoder.forwardErrorCorrection = usesErrorCorrection }
        configuration.takesBundles = takesBundles
        let decibels = VoiceEngineConfiguration.duckingDecibelsRange
        guard decibels.contains(Float(duckingDecibels)) else {
            let (least, most) = (Int(decibels.lowerBound), Int(decibels.upperBound))
            throw CommandFailure(.usage, "--ducking \(duckingDecibels): give \(least) to \(most) decibels.")
        }
        configuration.duckingDecibels = Float(duckingDecibels)
        if let mixBitrateKilobits, !Self.mixKilobitsRange.contains(mixBitrateKilobits) {
            let (least, most) = (Self.mixKilobitsRange.lowerBound, Self.mixKilobitsRange.upperBound)
            throw CommandFailure(.usage, "--mix-bitrate \(mixBitrateKilobits): give \(least) to \(most) kbit/s.")
        }
        do throws(VoiceEngineError) {
            try configuration.validate()
        } catch {
            throw CommandFailure(error)
        }
        return configuration
    }

    /// How to connect; throws what is no fingerprint.
    func clientOptions() throws(CommandFailure) -> RoomClientOptions {
        var options = RoomClientOptions()
        options.isPlaintext = isPlaintext
        options.knownServersPath = KnownServersFile.pathDefault(environment: environment)
        options.demandedFingerprint = try CertificateFingerprint(option: fingerprint)
        return options
    }

    func serverAddress() throws(CommandFailure) -> ServerAddress {
        guard let server else {
            throw CommandFailure(
                .usage, "which server? Give --server HOST[:PORT], or log in once with “roomtone login”.")
        }
        do throws(RoomClientError) {
            return try ServerAddress(parsing: server)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The stored session that these options mean; nil when there is none, or an account is to be made.
    func storedAccount() throws(CommandFailure) -> StoredAccount? {
        guard !registers else { return nil }
        let address = server == nil ? nil : try serverAddress()
        do throws(RoomClientError) {
            return try StoredAccount.find(server: address, user: user, environment: environment)
        } catch {
            throw CommandFailure(error)
        }
    }

    func duration() throws(CommandFailure) -> Duration? {
        guard let durationSeconds else { return nil }
        guard durationSeconds > 0, durationSeconds <= Self.durationSecondsMax else {
            throw CommandFailure(.usage, "--duration \(durationSeconds): give seconds, more than 0, up to a year.")
        }
        return .seconds(durationSeconds)
    }

    private static let durationSecondsMax = 31_536_000.0
}
