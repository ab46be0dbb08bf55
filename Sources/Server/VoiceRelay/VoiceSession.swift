import CSocketBatch
import Glibc
import VoiceSealing
import VoiceSocket
import VoiceWire

/// One voice session as its relay thread keeps it, in memory of its own with a fixed address.
///
/// Made by the thread that opens it (keys are expanded there), then owned by the relay thread alone.
///
/// What sending to it needs stands first, in two cache lines: a frame to a hundred listeners touches that of a hundred sessions.
struct VoiceSession: ~Copyable {
    /// Nil in an unsealed session, as is the opener.
    var sealer: DatagramSealer?
    /// Where the client was last proven to receive, once it ``isReachable``.
    var address = socket_address()
    let voice: VoiceID
    let room: VoiceRoomID
    /// Longest bundle the client takes, as a whole datagram; 0 when it takes none.
    let bundleBytesMax: UInt16
    /// Whether a frame of this talker waits in the room's window.
    var isHeld = false
    /// A hello came: the client may send.
    var isEstablished = false
    /// There is a proven ``address``: what others say is sent there.
    var isReachable = false
    var maySpeak = false
    var isPrioritySpeaker = false
    /// Hears the mixer's frames and no others.
    var hearsMix = false
    /// Consented to being recorded.
    var isRecorded = false

    let generation: UInt8
    private let token: InlineArray<16, UInt8>
    /// Of the control connection; nobody's when it is not known.
    let controlHost: socket_address
    /// Where the newest datagram came from that has yet to prove that it receives, and what it has to return; 0: nothing.
    var candidate = socket_address()
    var challenge: UInt64 = 0
    var opener: DatagramOpener?

    /// When anything authentic came last, or when the session was opened.
    var lastHeardNanoseconds: UInt64 = 0
    var lastVoiceNanoseconds: UInt64 = 0
    var speakingSinceNanoseconds: UInt64 = 0
    /// Authentic datagrams taken.
    var acceptedCount: UInt64 = 0
    var datagramAllowance = Allowance()
    var byteAllowance = Allowance()

    /// Positions in the core's lists, for removal without searching.
    var liveIndex = 0
    var speakingIndex = -1

    var isSpeaking: Bool { speakingIndex >= 0 }

    static func allocate(for grant: VoiceSessionGrant, generation: UInt8) -> SessionPointer {
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<VoiceSession>.size, alignment: cacheLineByteCount)
        let memory = unsafe bytes.bindMemory(to: VoiceSession.self, capacity: 1)
        unsafe memory.initialize(to: VoiceSession(grant, generation))
        return unsafe SessionPointer(memory)
    }

    private static let cacheLineByteCount = 64

    private init(_ grant: VoiceSessionGrant, _ generation: UInt8) {
        voice = grant.voice
        room = grant.room
        self.generation = generation
        bundleBytesMax = UInt16(grant.bundleBytesMax)
        controlHost = grant.controlHost?.raw ?? socket_address()
        token = InlineArray { grant.token[$0] }
        if let cipher = grant.cipher, let clientKey = SessionKey(grant.clientKey),
            let serverKey = SessionKey(grant.serverKey)
        {
            opener = DatagramOpener(cipher: cipher, key: clientKey)
            sealer = DatagramSealer(cipher: cipher, key: serverKey)
        }
    }

    var isSealed: Bool { sealer != nil }

    /// Compares in constant time. `claimed` has at least 16 bytes.
    func tokenMatches(_ claimed: UnsafeRawPointer) -> Bool {
        var difference: UInt8 = 0
        for index in token.indices {
            unsafe difference |= token[index] ^ claimed.load(fromByteOffset: index, as: UInt8.self)
        }
        return difference == 0
    }
}

/// Where a session lies: trivially copyable, so that rings and tables can carry it.
@safe struct SessionPointer: @unchecked Sendable, BitwiseCopyable {
    // Unchecked: handed from one thread to another through a ring; only one of them holds it.
    let memory: UnsafeMutablePointer<VoiceSession>

    init(_ memory: UnsafeMutablePointer<VoiceSession>) { unsafe self.memory = unsafe memory }

    func deallocate() {
        unsafe memory.deinitialize(count: 1)
        // The token stood here.
        unsafe explicit_bzero(memory, MemoryLayout<VoiceSession>.size)
        unsafe UnsafeMutableRawPointer(memory).deallocate()
    }
}

/// A rate limit in one word: the generic cell rate algorithm (ITU-T I.371 Annex A).
struct Allowance: BitwiseCopyable {
    private var theoreticalArrival: UInt64 = 0

    /// Takes `cost` nanoseconds of allowance; false, and nothing taken, when more than `burst` would be owed.
    mutating func take(cost: UInt64, burst: UInt64, now: UInt64) -> Bool {
        let arrival = max(theoreticalArrival, now) &+ cost
        guard arrival &- now <= burst else { return false }
        theoreticalArrival = arrival
        return true
    }
}
