import VoiceSealing
import VoiceWire

/// A user's end of Roomtone's voice channel (`Documentation/Protocol.md`).
struct RoomtoneEnd: WireEnd, ~Copyable {
    static var reservedByteCount: Int { 0 }
    static var carriesTimestamp: Bool { true }

    private let voiceID: VoiceID
    private let roomID: VoiceRoomID
    private let token: InlineArray<16, UInt8>
    let keepaliveNanoseconds: UInt64?
    private var sealer: DatagramSealer
    private var opener: DatagramOpener

    var voice: UInt16 { voiceID.rawValue }
    var room: UInt16 { roomID.rawValue }

    /// Flags that the relay passes on.
    private static let spurtFlags: DatagramFlags = [.talkspurtStart, .talkspurtEnd]

    /// Expands the keys, which allocates.
    init(_ grant: SpeakerGrant) throws(SpeakerError) {
        guard VoiceCipher.available.contains(grant.cipher), let clientKey = SessionKey(grant.clientKey),
            let serverKey = SessionKey(grant.serverKey), grant.token.count == VoiceWireLimits.tokenBytes
        else {
            throw SpeakerError(
                "voice session \(grant.voice.rawValue) cannot be used: its cipher is not available on this machine, or "
                    + "its keys or token have the wrong length")
        }
        voiceID = grant.voice
        roomID = grant.room
        token = InlineArray { grant.token[$0] }
        let (seconds, attoseconds) = grant.keepalive.components
        keepaliveNanoseconds = UInt64(max(1, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
        sealer = DatagramSealer(cipher: grant.cipher, key: clientKey)
        opener = DatagramOpener(cipher: grant.cipher, key: serverKey)
    }

    // MARK: Sending

    mutating func writeHello(to datagram: UnsafeMutableRawPointer) -> Int {
        let body = datagram + VoiceHeader.byteCount
        for index in token.indices { body.storeBytes(of: token[index], toByteOffset: index, as: UInt8.self) }
        body.storeBytes(of: 0, toByteOffset: VoiceWireLimits.tokenBytes, as: UInt64.self)
        return seal(.hello, bodyByteCount: SessionBodies.helloByteCount, in: datagram)
    }

    mutating func writePing(echo: UInt64, to datagram: UnsafeMutableRawPointer) -> Int {
        let body = datagram + VoiceHeader.byteCount
        body.storeBytes(of: echo, as: UInt64.self)
        body.storeBytes(of: 0, toByteOffset: SessionBodies.echoByteCount, as: UInt64.self)
        return seal(.ping, bodyByteCount: SessionBodies.pingByteCount, in: datagram)
    }

    mutating func writeGoodbye(to datagram: UnsafeMutableRawPointer) -> Int {
        (datagram + VoiceHeader.byteCount).storeBytes(of: GoodbyeReason.left.rawValue, as: UInt8.self)
        return seal(.goodbye, bodyByteCount: SessionBodies.goodbyeByteCount, in: datagram)
    }

    mutating func writeFrame(
        _ frame: SpokenFrame, _ payload: UnsafeRawBufferPointer, to datagram: UnsafeMutableRawPointer
    ) -> Int {
        let header = VoiceHeader(
            type: .voice, flags: frame.flags.union(.sealed), voice: voiceID, room: roomID,
            sequence: SequenceNumber(rawValue: frame.sequence), timestamp: MediaTimestamp(rawValue: frame.timestamp),
            payloadByteCount: UInt16(payload.count + DatagramSealer.overheadByteCount),
            opusByteCount: UInt16(payload.count))
        header.write(to: UnsafeMutableRawBufferPointer(start: datagram, count: VoiceHeader.byteCount))
        return sealer.seal(payload, into: datagram)
    }

    /// Seals the body that stands behind the header's place.
    private mutating func seal(_ type: DatagramType, bodyByteCount: Int, in datagram: UnsafeMutableRawPointer) -> Int {
        let header = VoiceHeader(
            type: type, flags: .sealed, voice: voiceID, room: roomID,
            payloadByteCount: UInt16(bodyByteCount + DatagramSealer.overheadByteCount))
        header.write(to: UnsafeMutableRawBufferPointer(start: datagram, count: VoiceHeader.byteCount))
        let body = UnsafeRawBufferPointer(start: datagram + VoiceHeader.byteCount, count: bodyByteCount)
        return sealer.seal(body, into: datagram)
    }

    // MARK: Receiving

    static func room(of datagram: UnsafeRawBufferPointer) -> UInt16? {
        guard case .header(let header) = VoiceHeader.parse(datagram) else { return nil }
        return header.room.rawValue
    }

    mutating func open(_ datagram: UnsafeRawBufferPointer, scratch: UnsafeMutableRawPointer, each: (HeardFrame) -> Void)
        -> OpenedDatagram
    {
        guard case .header(let header) = VoiceHeader.parse(datagram), header.flags.contains(.sealed) else {
            return .refused(.malformed)
        }
        guard header.room == roomID else { return .refused(.wrongRoom) }
        switch opener.open(datagram, into: scratch) {
        case .refused(.forged): return .refused(.wrongKey)
        case .refused(.replayed): return .refused(.replayed)
        case .opened(let byteCount, _):
            return take(header, UnsafeRawBufferPointer(start: scratch, count: byteCount), each)
        }
    }

    private func take(_ header: VoiceHeader, _ body: UnsafeRawBufferPointer, _ each: (HeardFrame) -> Void)
        -> OpenedDatagram
    {
        if header.type == .voice {
            each(
                HeardFrame(
                    talker: header.voice.rawValue, sequence: header.sequence.rawValue,
                    timestamp: header.timestamp.rawValue, flags: header.flags.intersection(Self.spurtFlags),
                    payload: body))
            return .frames(1)
        }
        if header.type == .bundle { return takeBundle(body, each) }
        guard header.voice == voiceID else { return .refused(.malformed) }
        switch header.type {
        case .welcome where body.count == SessionBodies.welcomeByteCount: return .welcome
        case .pong where body.count == SessionBodies.pongByteCount: return .pong(body.loadUnaligned(as: UInt64.self))
        case .goodbye where body.count == SessionBodies.goodbyeByteCount: return .goodbye
        default: return .refused(.malformed)
        }
    }

    private func takeBundle(_ body: UnsafeRawBufferPointer, _ each: (HeardFrame) -> Void) -> OpenedDatagram {
        var reader = BundleReader(body)
        var count = 0
        while let element = reader.next() {
            let record = element.record
            each(
                HeardFrame(
                    talker: record.voice.rawValue, sequence: record.sequence.rawValue,
                    timestamp: record.timestamp.rawValue, flags: record.flags, payload: element.frame))
            count += 1
        }
        return reader.isMalformed || count == 0 ? .refused(.malformed) : .frames(count)
    }
}
