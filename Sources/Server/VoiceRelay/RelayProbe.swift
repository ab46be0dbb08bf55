import CSocketBatch
import VoiceSealing
import VoiceSocket
import VoiceWire

/// A relay core with a room full of people, without threads and sockets: for who measures what the core alone costs.
///
/// It is here, and not with who measures, so that the core is compiled for its sink as it is for the relay's own.
@safe package struct RelayProbe: ~Copyable {
    private var core: RelayCore
    private var sink = CountingSink()
    private let counters = CounterBlock.allocate()
    private let board: StatusBoard
    private var address: SocketAddress
    /// Of everybody in the room; the sessions are open once ``receive(_:now:)`` got their hellos.
    package let grants: [VoiceSessionGrant]

    /// Nil where no descriptor is to be had.
    /// - Parameter people: 1…65,535.
    package init?(people: Int, cipher: VoiceCipher) {
        guard let board = try? StatusBoard(), let address = SocketAddress(host: "127.0.0.1", port: 9) else {
            return nil
        }
        self.board = board
        self.address = address
        core = RelayCore(settings: RelaySettings(VoiceRelayConfiguration()), counters: counters, board: board.writer)
        let room = VoiceRoomID(rawValue: 1)
        grants = (1...people).map { voice in
            VoiceSessionGrant(
                voice: VoiceID(rawValue: UInt16(voice)), room: room, token: randomBytes(VoiceWireLimits.tokenBytes),
                cipher: cipher, clientKey: randomBytes(VoiceCipher.keyBytes),
                serverKey: randomBytes(VoiceCipher.keyBytes), bundleBytesMax: 0)
        }
        for grant in grants {
            core.apply(.open(VoiceSession.allocate(for: grant, generation: 0)), now: 0, into: &sink)
        }
        let routes = grants.map { VoiceRoute(voice: $0.voice, maySpeak: true, mayHear: true) }
        core.apply(.publish(room, RouteTable.allocate(routes, loudestTalkersMax: 0)), now: 0, into: &sink)
    }

    deinit { counters.deallocate() }

    /// Datagrams that the core has sent so far.
    package var sentCount: Int { sink.count }

    /// Gives the core a datagram; what it sends is counted and forgotten.
    /// - Parameter now: in nanoseconds; never goes back.
    package mutating func receive(_ datagram: UnsafeRawBufferPointer, now: UInt64) {
        unsafe core.receive(datagram, from: &address.raw, now: now, into: &sink)
    }
}

/// Takes what a core sends, and forgets it.
@safe private struct CountingSink: DatagramSink, ~Copyable {
    private(set) var count = 0
    private let space = UnsafeMutableRawPointer.allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)

    deinit { unsafe space.deallocate() }

    mutating func next() -> UnsafeMutableRawPointer { unsafe space }
    mutating func commit(byteCount: Int, to address: UnsafePointer<socket_address>, isVoice: Bool) { count += 1 }
}
