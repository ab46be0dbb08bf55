public import VoiceSealing
public import VoiceWire

/// What the server granted over the control connection: everything needed to open one voice session. Secret.
///
/// One use: a session that was lost needs a new grant (`VoiceConnect` again), because token and keys are the
/// session's own.
public struct VoiceConnectionGrant: Equatable, Sendable {
    /// Keys of a sealed session.
    public struct Keys: Equatable, Sendable {
        public var cipher: VoiceCipher
        /// Seals what this client sends; ``VoiceCipher/keyBytes`` bytes.
        public var clientKey: [UInt8]
        /// Seals what the relay sends; ``VoiceCipher/keyBytes`` bytes.
        public var serverKey: [UInt8]

        public init(cipher: VoiceCipher, clientKey: [UInt8], serverKey: [UInt8]) {
            self.cipher = cipher
            self.clientKey = clientKey
            self.serverKey = serverKey
        }
    }

    /// Numeric IPv4 or IPv6 address of the relay, without brackets: the address the control connection reached.
    public var host: String
    /// UDP port of the relay.
    public var port: UInt16
    /// The user field of this client's datagrams.
    public var voice: VoiceID
    /// The room field of all datagrams of the session.
    public var room: VoiceRoomID
    /// Opens the session, once; ``VoiceWireLimits/tokenBytes`` bytes.
    public var token: [UInt8]
    /// Nil: the session is unsealed, which servers allow on loopback only unless told otherwise.
    public var keys: Keys?
    /// Longest bundle that the relay sends, as a whole datagram in bytes; 0: it sends none.
    public var bundleBytesMax = 0
    /// Bytes of datagrams, whole, that the relay takes of this session a second; nil: it did not say.
    public var bytesPerSecondMax: Int?
    /// UDP port on 127.0.0.1 that stands for the relay's, over the control connection; nil: there is no such way.
    public var tunnelPort: UInt16?
    /// How long the token opens the session, from now.
    public var tokenLifetime: Duration
    /// The client sends at least one datagram in this time.
    public var keepalive: Duration
    /// Either end takes the other for gone after this time without an authentic datagram.
    public var timeout: Duration

    public init(
        host: String, port: UInt16, voice: VoiceID, room: VoiceRoomID, token: [UInt8], keys: Keys?,
        tokenLifetime: Duration = .seconds(10), keepalive: Duration = .seconds(5), timeout: Duration = .seconds(20)
    ) {
        self.host = host
        self.port = port
        self.voice = voice
        self.room = room
        self.token = token
        self.keys = keys
        self.tokenLifetime = tokenLifetime
        self.keepalive = keepalive
        self.timeout = timeout
    }
}
