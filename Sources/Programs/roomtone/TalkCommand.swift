import ArgumentParser
import ChatCommands
import ControlWire
import Foundation
import TalkInterface
import TerminalSupport
import VoiceClient

struct TalkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "talk",
        abstract: "Join a room's voice: hear everybody, and be heard.",
        discussion: """
            Keys on a terminal: space starts and stops talking (push-to-talk), m mutes, d deafens, + and - change the \
            volume, q leaves, ? shows this. When standard input is no terminal, lines do the same: talk on, talk off, \
            mute on, mute off, deafen on, deafen off, volume up, volume down, bitrate KBITS, echo on, echo off, \
            noise on, noise off, gain on, gain off, delivery mixed, delivery forwarded, delivery room, consent yes, \
            consent no, record start, record stop, delay, quit.

            Without a stored login the password is asked for, or taken from ROOMTONE_PASSWORD or --password-file; never \
            from the command line.

            A server's certificate is remembered at the first contact and refused when it changes; of one that a trusted \
            authority has signed, only that is remembered.

            After “roomtone login” neither --server, --user nor a password is needed. The exit statuses are those of every \
            command: “roomtone --help”.
            """)

    @Option(
        help: ArgumentHelp(
            "The server; the port is 8080 if none is given. (default: that of the stored login)",
            valueName: "host[:port]"))
    var server: String?

    @Option(help: ArgumentHelp("The room.", valueName: "name|id"))
    var room: String

    @Option(help: ArgumentHelp("Your account. (default: that of the stored login, else $USER)", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Read the password from the first line of this file.", valueName: "file"))
    var passwordFile: String?

    @Flag(help: "Make the account first; log in if it is there already.")
    var register = false

    @Option(
        help: ArgumentHelp(
            "The room's password, if it has one. Others on this machine can see it here: ROOMTONE_ROOM_PASSWORD hides it.",
            valueName: "password"))
    var roomPassword: String?

    @Flag(help: "When your voice is sent. (default: --push-to-talk, but --continuous with a WAV file as input)")
    var mode: Mode?

    @Option(
        help: ArgumentHelp(
            "Microphone (see “roomtone devices”), or a WAV file to play once.", valueName: "device|file.wav"))
    var input: String?

    @Option(help: ArgumentHelp("Speaker, or a WAV file to record what you hear.", valueName: "device|file.wav"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "What the settings are that are not given: standard, low-latency, low-bandwidth or music. (default: standard)",
            valueName: "name"))
    var profile: VoiceProfile = .standard

    @Flag(
        inversion: .prefixedNo,
        help: "Take what your speaker plays off what your microphone hears. (default: on with a device as input)")
    var echoCancelling: Bool?

    @Flag(inversion: .prefixedNo, help: "Turn steady noise down. (default: on with a device as input)")
    var noiseSuppression: Bool?

    @Flag(inversion: .prefixedNo, help: "Bring your voice to a steady level. (default: on with a device as input)")
    var automaticGain: Bool?

    @Option(
        help: ArgumentHelp(
            "Milliseconds of sound in a packet: 2.5, 5, 10, 20, 40 or 60. (default: the profile's)", valueName: "ms"))
    var frameDuration: Double?

    @Option(help: ArgumentHelp("Bits of your voice: 16 to 128 kbit/s. (default: the profile's)", valueName: "kbit/s"))
    var bitrate: Int?

    @Option(help: ArgumentHelp("Computation spent on quality: 0 to 10. (default: the profile's)", valueName: "0…10"))
    var complexity: Int?

    @Flag(help: "Packets of constant size instead of as many bits as the sound needs.")
    var constantBitrate = false

    @Flag(
        inversion: .prefixedNo, help: "Carry packets again in later ones where the network loses some. (default: --fec)"
    )
    var fec: Bool?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Take what several people say at once in one packet. --no-bundles: a packet for each. (default: --bundles)")
    var bundles: Bool?

    @Option(
        help: ArgumentHelp(
            "By how much others are quieter while a priority speaker speaks: 0 to 40 dB.", valueName: "dB"))
    var ducking = 12.0

    @Option(
        help: ArgumentHelp(
            "How you get the room's voice: everybody's own stream (forwarded), or one that the server mixes (mixed). "
                + "(default: as the room is set)", valueName: "forwarded|mixed"))
    var delivery: VoiceDelivery?

    @Option(
        help: ArgumentHelp(
            "Bits of a mix, for a thin link: 8 to 128 kbit/s. (default: the server's)", valueName: "kbit/s"))
    var mixBitrate: Int?

    @Flag(help: "Leave when the WAV file of --input has been played.")
    var exitAtEnd = false

    @Option(help: ArgumentHelp("Leave this long after voice stood.", valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("Accept only the certificate with this SHA-256 fingerprint.", valueName: "SHA256:…"))
    var fingerprint: String?

    @Flag(help: "No encryption of the control connection: for a server on this machine only.")
    var plaintext = false

    func run() async throws {
        do throws(CommandFailure) {
            try await TalkRun(options()).run()
        } catch {
            Console.standard.report(error, isJSON: false)
            throw ExitCode(error.status.rawValue)
        }
    }

    private func options() -> TalkOptions {
        let environment = ProcessInfo.processInfo.environment
        var options = TalkOptions(
            server: server, room: room, user: user, environment: environment)
        options.passwordFile = passwordFile
        options.registers = register
        options.roomPassword = roomPassword
        options.mode = mode?.transmission
        options.input = input
        options.output = output
        options.profile = profile
        options.cancelsEcho = echoCancelling
        options.suppressesNoise = noiseSuppression
        options.usesAutomaticGain = automaticGain
        options.frameDurationMilliseconds = frameDuration
        options.bitrateKilobits = bitrate
        options.complexity = complexity
        options.isConstantBitrate = constantBitrate
        options.usesErrorCorrection = fec
        options.takesBundles = bundles ?? true
        options.duckingDecibels = ducking
        options.delivery = delivery
        options.mixBitrateKilobits = mixBitrate
        options.exitsAtEnd = exitAtEnd
        options.durationSeconds = duration
        options.fingerprint = fingerprint
        options.isPlaintext = plaintext
        return options
    }

    enum Mode: String, EnumerableFlag {
        case pushToTalk, voiceActivated, continuous

        var transmission: TransmissionMode {
            switch self {
            case .pushToTalk: .pushToTalk
            case .voiceActivated: .voiceActivated
            case .continuous: .continuous
            }
        }
    }
}

extension VoiceProfile: ExpressibleByArgument {}
