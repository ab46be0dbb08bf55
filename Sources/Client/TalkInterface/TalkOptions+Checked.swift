import AudioDevice
import OpusCodec
import RoomClient
import VoiceClient

extension TalkOptions {
    /// A WAV file has no key to hold: unless told otherwise, all of it is sent.
    var transmissionMode: TransmissionMode {
        mode ?? (isInputFile ? .continuous : .pushToTalk)
    }

    var isInputFile: Bool { input.map(AudioSources.isSoundFile) ?? false }

    /// The engine's settings; throws what is out of range.
    func engineConfiguration() throws(TalkFailure) -> VoiceEngineConfiguration {
        var configuration = VoiceEngineConfiguration()
        configuration.mode = transmissionMode
        if let frameDurationMilliseconds {
            guard let frameDuration = FrameDuration(milliseconds: frameDurationMilliseconds) else {
                throw TalkFailure(
                    .usage, "--frame-duration \(frameDurationMilliseconds): give 2.5, 5, 10, 20, 40 or 60 milliseconds."
                )
            }
            configuration.encoder.frameDuration = frameDuration
        }
        if let bitrateKilobits {
            let range = VoiceEngineConfiguration.bitsPerSecondRange
            let (kilobitsMin, kilobitsMax) = (range.lowerBound / 1_000, range.upperBound / 1_000)
            guard (kilobitsMin...kilobitsMax).contains(bitrateKilobits) else {
                throw TalkFailure(.usage, "--bitrate \(bitrateKilobits): give \(kilobitsMin) to \(kilobitsMax) kbit/s.")
            }
            configuration.encoder.bitsPerSecond = bitrateKilobits * 1_000
        }
        if let complexity { configuration.encoder.complexity = complexity }
        if isConstantBitrate { configuration.encoder.variableBitrate = false }
        if let usesErrorCorrection { configuration.encoder.forwardErrorCorrection = usesErrorCorrection }
        do throws(VoiceEngineError) {
            try configuration.validate()
        } catch {
            throw TalkFailure(error)
        }
        return configuration
    }

    /// How to connect; throws what is no fingerprint.
    func clientOptions() throws(TalkFailure) -> RoomClientOptions {
        var options = RoomClientOptions()
        options.isPlaintext = isPlaintext
        options.knownServersPath = KnownServersFile.pathDefault(environment: environment)
        if let fingerprint {
            guard let demanded = CertificateFingerprint(parsing: fingerprint) else {
                throw TalkFailure(
                    .usage,
                    "--fingerprint “\(fingerprint)”: give SHA256: and 64 hexadecimal digits, as the server prints it.")
            }
            options.demandedFingerprint = demanded
        }
        return options
    }

    func serverAddress() throws(TalkFailure) -> ServerAddress {
        do throws(RoomClientError) {
            return try ServerAddress(parsing: server)
        } catch {
            throw TalkFailure(error)
        }
    }

    func duration() throws(TalkFailure) -> Duration? {
        guard let durationSeconds else { return nil }
        guard durationSeconds > 0, durationSeconds <= Self.durationSecondsMax else {
            throw TalkFailure(.usage, "--duration \(durationSeconds): give seconds, more than 0, up to a year.")
        }
        return .seconds(durationSeconds)
    }

    private static let durationSecondsMax = 31_536_000.0
}
