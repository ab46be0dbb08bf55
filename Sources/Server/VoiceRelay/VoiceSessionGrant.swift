import VoiceSealing
import VoiceSocket
import VoiceWire

/// What a room asks of the relay for one member.
public struct VoiceSessionRequest: Sendable {
    public var room: VoiceRoomID
    /// Nil asks for an unsealed session, which the configuration must allow.
    public var cipher: VoiceCipher?
    /// Longest bundle, as a whole datagram in bytes, that the client takes: its path's MTU less the headers of IP and UDP, at
    /// most ``VoiceWireLimits/datagramBytesMax``. 0: it takes none, and hears every frame in a datagram of its own.
    public var bundleBytesMax = 0
    /// Where the member's control connection comes from, as a numeric address: TCP has proven that the member receives there. At
    /// another host nothing is heard before that one has proven it, too; nil: at any host.
    public var controlHost: String?

    public init(room: VoiceRoomID, cipher: VoiceCipher?) {
        self.room = room
        self.cipher = cipher
    }

    /// The shortest bundle that a client may ask for: two frames of 80 bytes and a level, sealed.
    public static let bundleBytesFloor = 256

    /// What is granted: nothing below the floor, nothing above what a datagram may have.
    var bundleBytesGranted: Int {
        bundleBytesMax < Self.bundleBytesFloor ? 0 : min(bundleBytesMax, VoiceWireLimits.datagramBytesMax)
    }
}

/// What the member needs to open its session. Secret: it goes to the member over TLS and nowhere else.
public struct VoiceSessionGrant: Sendable {
    public let voice: VoiceID
    public let room: VoiceRoomID
    /// 16 bytes that open the session once, within the configuration's token lifetime.
    public let token: [UInt8]
    public let cipher: VoiceCipher?
    /// 32 bytes: seals what the client sends. Empty when unsealed.
    public let clientKey: [UInt8]
    /// 32 bytes: seals what the relay sends. Empty when unsealed.
    public let serverKey: [UInt8]
    /// Longest bundle that the relay will send, as a whole datagram in bytes; 0 when it sends none.
    public let bundleBytesMax: Int
    /// As in ``VoiceSessionRequest``.
    var controlHost: SocketAddress?
}

extension VoiceSessionGrant: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the token or a key, wherever it is printed.
    public var description: String { "the grant of voice \(voice.rawValue) in room \(room.rawValue)" }
    public var debugDescription: String { description }
}

/// One member of a room in voice: what the relay does with its frames and for its ears.
public struct VoiceRoute: Equatable, Sendable {
    public var voice: VoiceID
    /// False drops the member's frames: muted, by itself or by a moderator.
    public var maySpeak: Bool
    /// False sends the member none: deafened.
    public var mayHear: Bool
    /// True: the member's frames are forwarded whatever others say and however busy the relay is.
    public var isPrioritySpeaker: Bool
    /// True: the member hears the mixer's stream (``VoiceRelay/deliver(_:)``) and no forwarded frame.
    public var isMixed = false
    /// True: the recorder's tap gets the member's frames. Only while the member's consent is in force.
    public var isRecorded = false

    public init(voice: VoiceID, maySpeak: Bool, mayHear: Bool, isPrioritySpeaker: Bool = false) {
        self.voice = voice
        self.maySpeak = maySpeak
        self.mayHear = mayHear
        self.isPrioritySpeaker = isPrioritySpeaker
    }
}

/// What the relay noticed about a session.
public enum VoiceRelayEvent: Sendable, Equatable {
    /// The UDP handshake succeeded.
    case established(VoiceID)
    case speaking(VoiceID, Bool)
    /// The relay ended the session by itself. Its id stays leased until ``VoiceRelay/closeSession(_:reason:)``.
    case ended(VoiceID, VoiceSessionEnd)
}

/// Why the relay ended a session by itself.
public enum VoiceSessionEnd: Sendable, CaseIterable {
    /// The client said goodbye.
    case goodbye
    /// Nothing authentic came for the session time-out.
    case timedOut
    /// The handshake did not come within the token's lifetime.
    case tokenExpired
}

/// Why the relay refused, for the person who runs it and for the room that asked.
public struct VoiceRelayError: Error, CustomStringConvertible, Sendable {
    public enum Code: Sendable {
        case addressInvalid, bindFailed, threadFailed, sessionLimit, roomLimit, unsealedNotAllowed, cipherUnavailable
        case stopped
    }

    public let code: Code
    public let description: String
}
