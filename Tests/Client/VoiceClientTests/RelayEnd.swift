import Playout
import VoiceSealing
import VoiceWire

@testable import VoiceClient

/// The relay's end of one session, by hand: opens what the client sent and makes what a relay could send, honest or
/// not.
struct RelayEnd: ~Copyable {
    private(set) var grant: VoiceConnectionGrant
    private var opener: DatagramOpener?
    private var sealer: DatagramSealer?

    init(sealed: Bool = true, voice: UInt16 = 1, bundleBytesMax: Int = VoiceWireLimits.datagramBytesMax) {
        let keys = VoiceConnectionGrant.Keys(
            cipher: VoiceCipher.available[0], clientKey: randomBytes(32), serverKey: randomBytes(32))
        grant = VoiceConnectionGrant(
            host: "127.0.0.1", port: 8_081, voice: VoiceID(rawValue: voice), room: VoiceRoomID(rawValue: 9),
            token: randomBytes(VoiceWireLimits.tokenBytes), keys: sealed ? keys : nil)
        grant.bundleBytesMax = bundleBytesMax
        if sealed, let clientKey = SessionKey(keys.clientKey), let serverKey = SessionKey(keys.serverKey) {
            opener = DatagramOpener(cipher: keys.cipher, key: clientKey)
            sealer = DatagramSealer(cipher: keys.cipher, key: serverKey)
        }
    }

    /// Type and body of a datagram of the client; nil if it is not authentic.
    mutating func open(_ datagram: [UInt8]) -> (VoiceHeader, [UInt8])? {
        guard case .header(let header) = datagram.withUnsafeBytes({ VoiceHeader.parse($0) }) else { return nil }
        guard header.flags.contains(.sealed) else { return (header, Array(datagram[VoiceHeader.byteCount...])) }
        var body = [UInt8](repeating: 0, count: datagram.count)
        let opening = datagram.withUnsafeBytes { datagram in
            body.withUnsafeMutableBytes { body in
                body.baseAddress.flatMap { opener?.open(datagram, into: $0) }
            }
        }
        guard case .opened(let byteCount, _) = opening else { return nil }
        return (header, Array(body[..<byteCount]))
    }

    /// A datagram as the relay would make it.
    mutating func make(
        _ type: DatagramType, _ body: [UInt8], voice: VoiceID? = nil, opusByteCount: Int = 0,
        sequence: SequenceNumber = 0,
        timestamp: MediaTimestamp = 0, flags: DatagramFlags = []
    ) -> [UInt8] {
        let isSealed = sealer != nil
        let header = VoiceHeader(
            type: type, flags: isSealed ? flags.union(.sealed) : flags, voice: voice ?? grant.voice, room: grant.room,
            sequence: sequence, timestamp: timestamp,
            payloadByteCount: UInt16(body.count + (isSealed ? SealedTrailer.byteCount : 0)),
            opusByteCount: UInt16(opusByteCount))
        var datagram = [UInt8](repeating: 0, count: VoiceHeader.byteCount) + body
        datagram.withUnsafeMutableBytes { header.write(to: $0) }
        guard isSealed else { return datagram }
        datagram += [UInt8](repeating: 0, count: SealedTrailer.byteCount)
        datagram.withUnsafeMutableBytes { whole in
            let plaintext = UnsafeRawBufferPointer(
                rebasing: whole[VoiceHeader.byteCount..<VoiceHeader.byteCount + body.count])
            if let start = whole.baseAddress { _ = sealer?.seal(plaintext, into: start) }
        }
        return datagram
    }
}

/// A transport with its relay's end, on a virtual clock of milliseconds.
struct TransportPair: ~Copyable {
    var relay: RelayEnd
    var transport: VoiceTransport

    init(sealed: Bool = true, bundleBytesMax: Int = VoiceWireLimits.datagramBytesMax) throws {
        relay = RelayEnd(sealed: sealed, bundleBytesMax: bundleBytesMax)
        transport = try VoiceTransport(relay.grant, at: MonotonicInstant(nanoseconds: 0))
    }

    /// What the client sends at this time, opened by the relay.
    mutating func tick(_ milliseconds: Int) -> (sent: [(VoiceHeader, [UInt8])], event: VoiceEngineEvent?) {
        var datagrams: [[UInt8]] = []
        let now = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
        let event = transport.tick(at: now) { bytes in
            datagrams.append(bytes.withUnsafeBytes { Array($0) })
            return true
        }
        var sent: [(VoiceHeader, [UInt8])] = []
        for datagram in datagrams {
            if let opened = relay.open(datagram) { sent.append(opened) }
        }
        return (sent, event)
    }

    mutating func receive(_ datagram: [UInt8], at milliseconds: Int) -> VoiceEngineEvent? {
        let now = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
        let reception = datagram.withUnsafeBytes { transport.receive($0, at: now) }
        if case .event(let event) = reception { return event }
        return nil
    }

    /// Hello and welcome, at time zero.
    mutating func connect() -> VoiceEngineEvent? {
        guard let hello = tick(0).sent.first else { return nil }
        return receive(relay.make(.welcome, Array(hello.1.suffix(SessionBodies.echoByteCount))), at: 0)
    }

    var counters: VoiceCounters {
        var counters = VoiceCounters()
        transport.addCounts(to: &counters)
        return counters
    }
}

extension MonotonicInstant {
    func advanced(byMilliseconds milliseconds: Int) -> MonotonicInstant {
        advanced(byNanoseconds: Int64(milliseconds) * 1_000_000)
    }
}
