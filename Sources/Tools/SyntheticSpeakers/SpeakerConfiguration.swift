import VoiceSealing
import VoiceSocket
import VoiceWire

/// How one engine works.
public struct SpeakerEngineConfiguration: Sendable {
    /// Of its thread; Linux keeps 15 bytes.
    public var name = "speakers"
    /// Which relay its users talk to.
    public var wire = SpeakerWire.roomtone
    /// What its users say.
    public var speech = SpeechTable(byteCount: 80)
    /// From one frame of a talker to the next, 2.5…120 ms.
    public var frameDuration: Duration = .milliseconds(20)
    /// Users at one time, 1…65,535. Reserves some 100 bytes of memory for each.
    public var usersMax = 4_096
    /// Rooms at one time, 1…65,535. Reserves address space, not memory, for their histograms.
    public var roomsMax = 4_096
    /// What its thread does when nothing is to be done.
    public var waiting = Waiting.sleeping
    /// Binds its thread to one processor (sched_setaffinity(2)).
    public var processor: Int?
    /// What each user's socket may hold before the kernel drops: the kernel takes memory only for what waits.
    public var receiveBufferBytes = 512 << 10
    /// A frame that leaves this long after its time counts as a missed deadline.
    public var lateness: Duration = .milliseconds(2)

    /// What a thread does when nothing is to be done.
    public enum Waiting: Sendable, BitwiseCopyable {
        /// Sleeps until the next frame is due or something comes: for load beside other work.
        case sleeping
        /// Looks again and again: the relay under measurement never pays for waking it up. Takes a whole processor.
        case spinning
    }

    public init() {}
}

/// The protocols that an engine speaks.
public enum SpeakerWire: Sendable {
    /// Roomtone's (`Documentation/Protocol.md`).
    case roomtone
    /// The yardstick's (`Benchmarks/RelayFloor`).
    case floor
}

/// One virtual user, and what it needs to reach its relay.
public struct SpeakerUser: Sendable {
    public var session: Session
    /// The relay's address.
    public var server: SocketAddress
    /// Whether it talks from the welcome on, without pause. Otherwise when ``SpeakerEngine/setTalking(_:_:)`` says so.
    public var talksAtOnce = false
    /// False: it never talks, and listeners keep no memory for its frames.
    public var mayTalk = true
    /// A socket that it has together with users of other rooms; nil gives it one of its own.
    public var socket: SpeakerSocket?
    /// Which part of a frame's duration after the engine's beat its frames leave, 0..<1; nil spreads users evenly.
    public var phase: Double?

    /// Of one of the two wires; the engine's must be the same.
    public enum Session: Sendable {
        case roomtone(SpeakerGrant)
        /// The yardstick knows who somebody is by two numbers, and derives their keys from them.
        case floor(client: UInt16, room: UInt16)
    }

    public init(_ session: Session, server: SocketAddress) {
        self.session = session
        self.server = server
    }
}

/// A voice session as `VoiceConnectionEstablished` grants it. Secret.
public struct SpeakerGrant: Sendable {
    public var voice: VoiceID
    public var room: VoiceRoomID
    /// ``VoiceWireLimits/tokenBytes`` bytes.
    public var token: [UInt8]
    public var cipher: VoiceCipher
    /// ``VoiceCipher/keyBytes`` bytes each.
    public var clientKey: [UInt8]
    public var serverKey: [UInt8]
    /// The user sends something at least this often.
    public var keepalive: Duration

    public init(
        voice: VoiceID, room: VoiceRoomID, token: [UInt8], cipher: VoiceCipher, clientKey: [UInt8], serverKey: [UInt8],
        keepalive: Duration = .seconds(5)
    ) {
        self.voice = voice
        self.room = room
        self.token = token
        self.cipher = cipher
        self.clientKey = clientKey
        self.serverKey = serverKey
        self.keepalive = keepalive
    }
}

/// An engine's name for one of its users, from ``SpeakerEngine/add(_:)`` until it is removed.
public struct SpeakerID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// How far a user has come.
public enum SpeakerStatus: UInt8, Sendable {
    /// Nobody has this id.
    case absent
    /// Says hello, and again, until it is welcomed.
    case connecting
    /// Welcomed: it hears, and may talk.
    case established
    /// Ten seconds of hellos were not answered.
    case unanswered
    /// The relay said goodbye.
    case ended
    /// Has been removed; hears the rest and leaves within half a second.
    case leaving
}

/// Why an engine could not be made, or a user not be added: for the person who runs the program.
public struct SpeakerError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
