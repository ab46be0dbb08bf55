public import ControlWire
public import VoiceClient

/// What a person asked `roomtone talk` for, as written; ``TalkRun`` checks it.
public struct TalkOptions: Sendable {
    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT`; nil for the stored account's.
    public var server: String?
    /// Name or number.
    public var room: String
    /// Nil for the stored account's, else `USER`.
    public var user: String?
    /// Its first line is the password.
    public var passwordFile: String?
    public var registers = false
    public var roomPassword: String?
    /// Nil: push-to-talk for a device, continuous for a file.
    public var mode: TransmissionMode?
    /// ALSA device or WAV file; nil for the default device.
    public var input: String?
    public var output: String?
    /// What the settings are that are not given.
    public var profile = VoiceProfile.standard
    /// Nil: with a device as input, and a profile for voices.
    public var cancelsEcho: Bool?
    public var suppressesNoise: Bool?
    public var usesAutomaticGain: Bool?
    /// 2.5, 5, 10, 20, 40 or 60.
    public var frameDurationMilliseconds: Double?
    public var bitrateKilobits: Int?
    public var complexity: Int?
    public var isConstantBitrate = false
    public var usesErrorCorrection: Bool?
    /// Frames of several talkers may come in one datagram.
    public var takesBundles = true
    /// By how much others are quieter while a priority speaker is heard: 0…40 dB.
    public var duckingDecibels: Double = 12
    /// How the room's voice is to come; nil: as the room says.
    public var delivery: VoiceDelivery?
    /// What a mix may take, in kbit/s: ``mixKilobitsRange``; nil: as the server says.
    public var mixBitrateKilobits: Int?
    public var exitsAtEnd = false
    /// From the moment voice stands.
    public var durationSeconds: Double?
    public var fingerprint: String?
    public var isPlaintext = false
    /// HOME, USER, XDG_CONFIG_HOME, XDG_DATA_HOME, ROOMTONE_PASSWORD and ROOMTONE_ROOM_PASSWORD are looked at.
    public var environment: [String: String]

    public static let mixKilobitsRange = 8...128

    public init(server: String?, room: String, user: String?, environment: [String: String]) {
        self.server = server
        self.room = room
        self.user = user
        self.environment = environment
    }
}
