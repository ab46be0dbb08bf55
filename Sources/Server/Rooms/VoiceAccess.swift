import ControlWire
import Identifiers
public import Recordings
import Synchronization
public import VoiceMixer
public import VoiceRelay
import VoiceSealing
public import VoiceStateCache
import VoiceWire

/// The relay as rooms use it: opens sessions under the server's encryption policy, and finds the room of a session.
public final class VoiceAccess: Sendable {
    let relay: VoiceRelay
    /// Nil where the server mixes nothing: everybody's voice is forwarded to everybody.
    let mixer: VoiceMixer?
    /// Who is in voice, for whoever reads it.
    public let cache: any VoiceStateCache
    private let live: Live<VoiceRelayConfiguration>
    private var configuration: VoiceRelayConfiguration { live.value }
    /// Nil: nothing is recorded here.
    let recordings: RecordingArchive?
    /// Nil: nobody's stay is written down.
    let log: VoiceLogQueue?
    /// The relay reports by wire id; the room that opened the session answers for it.
    private let rooms = Mutex<[VoiceID: Room]>([:])

    /// - Parameters:
    ///   - mixer: one that delivers to this relay; nil mixes nothing.
    ///   - configuration: the one the relay was made with; clients are told its times.
    public init(
        relay: VoiceRelay, mixer: VoiceMixer? = nil, configuration: VoiceRelayConfiguration,
        recordings: RecordingArchive? = nil, log: VoiceLogQueue? = nil,
        cache: any VoiceStateCache = InMemoryVoiceStateCache()
    ) {
        self.relay = relay
        self.mixer = mixer
        self.cache = cache
        live = Live(configuration)
        self.recordings = recordings
        self.log = log
    }

    /// The cipher of a new session; nil means unsealed.
    ///
    /// Keys travel over TLS only, so a plaintext connection can have unsealed voice or none.
    /// - Parameter names: what the client can open, best first; nil means every cipher.
    func cipher(offered names: [String]?, isEncrypted: Bool) throws(RoomRefusal) -> VoiceCipher? {
        guard isEncrypted else {
            if configuration.allowsUnsealed { return nil }
            throw .encryptionRequired("Voice keys are handed over on encrypted connections only: connect with TLS")
        }
        let available = VoiceCipher.available
        guard let names else { return available.first }
        // The relay seals a frame for every listener: its order of preference counts.
        if let match = available.first(where: { names.contains($0.rawValue) }) { return match }
        if configuration.allowsUnsealed, names.contains(Self.unsealedName) { return nil }
        let choices = available.map(\.rawValue).joined(separator: ", ")
        throw .encryptionRequired("None of the offered ciphers can be used here; this server has \(choices)")
    }

    /// What the client is told, so that it can open the session.
    func grant(_ session: VoiceSessionGrant, in room: RoomID) -> VoiceGrant {
        var grant = VoiceGrant(udpPort: relay.port, sessionToken: session.token.hexadecimalPairs.joined())
        grant.roomID = room
        grant.voiceID = session.voice.rawValue
        grant.voiceRoomID = session.room.rawValue
        grant.cipher = session.cipher?.rawValue ?? Self.unsealedName
        if session.cipher != nil {
            grant.clientKey = session.clientKey.hexadecimalPairs.joined()
            grant.serverKey = session.serverKey.hexadecimalPairs.joined()
        }
        grant.tokenMilliseconds = UInt32(clamping: configuration.tokenLifetime.wholeMilliseconds)
        grant.keepaliveMilliseconds = UInt32(clamping: configuration.keepalive.wholeMilliseconds)
        grant.timeoutMilliseconds = UInt32(clamping: configuration.sessionTimeout.wholeMilliseconds)
        grant.bundleBytesMax = session.bundleBytesMax > 0 ? session.bundleBytesMax : nil
        grant.bytesPerSecondMax = min(configuration.bytesPerSecondMax, configuration.bytesPerSecondPerRoomMax)
        return grant
    }

    /// Takes of a configuration what may change while people talk: what they may send, how many of them are heard, how often clients
    /// ping. Clients are told with their next session; rooms follow before this returns.
    public func apply(_ wanted: VoiceRelayConfiguration) async {
        var configuration = live.value
        configuration.datagramsPerSecondMax = wanted.datagramsPerSecondMax
        configuration.bytesPerSecondMax = wanted.bytesPerSecondMax
        configuration.bytesPerSecondPerRoomMax = wanted.bytesPerSecondPerRoomMax
        configuration.loudestTalkersMax = wanted.loudestTalkersMax
        configuration.keepalive = wanted.keepalive
        live.set(configuration)
        relay.setRates(of: configuration)
        for room in roomsInVoice { await room.publishRoutes() }
    }

    /// How many talkers of a room are heard at once that has no number of its own.
    var loudestTalkersMax: Int { configuration.loudestTalkersMax }

    /// What the relay takes of one session, datagrams whole.
    var bitsPerSecondMax: UInt32 {
        UInt32(clamping: 8 * min(configuration.bytesPerSecondMax, configuration.bytesPerSecondPerRoomMax))
    }

    func remember(_ voice: VoiceID, in room: Room) { rooms.withLock { $0[voice] = room } }

    func forget(_ voice: VoiceID) { rooms.withLock { $0[voice] = nil } }

    /// Rooms with anybody in voice, each once.
    var roomsInVoice: [Room] {
        var rooms: [ObjectIdentifier: Room] = [:]
        for room in self.rooms.withLock({ $0.values }) { rooms[ObjectIdentifier(room)] = room }
        return Array(rooms.values)
    }

    /// Hands what the relay notices to the rooms until the relay stops. Called once.
    func dispatchEvents() async {
        for await event in relay.events {
            let voice =
                switch event {
                case .established(let voice), .speaking(let voice, _), .ended(let voice, _): voice
                }
            if let room = rooms.withLock({ $0[voice] }) { await room.relayNoticed(event) }
        }
    }

    /// How the control channel calls a session without encryption.
    static let unsealedName = "none"
}
