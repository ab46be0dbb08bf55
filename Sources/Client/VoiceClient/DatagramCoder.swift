import VoiceSealing
import VoiceWire

/// Makes and opens one session's datagrams, sealed or not, in two buffers of its own.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe struct DatagramCoder: ~Copyable {
    private(set) var forgedCount: UInt64 = 0
    private(set) var replayedCount: UInt64 = 0
    /// Sealed datagrams opened, and those that the relay must have sent until the newest of them.
    private(set) var openedCount: UInt64 = 0
    private(set) var expectedCount: UInt64 = 0

    private var sealer: DatagramSealer?
    private var opener: DatagramOpener?
    private let outgoing: UnsafeMutableRawPointer
    private let incoming: UnsafeMutableRawPointer
    private var bodyByteCount = 0
    /// Of the newest datagram opened; counting begins at 0.
    private var newestCounter = UInt32.max

    /// Nil keys make an unsealed session's coder. Throws ``VoiceEngineError`` (`grantInvalid`) if keys or cipher are
    /// unusable.
    init(keys: VoiceConnectionGrant.Keys?) throws(VoiceEngineError) {
        if let keys {
            guard VoiceCipher.available.contains(keys.cipher) else {
                throw VoiceEngineError(
                    .grantInvalid, "this processor cannot do \(keys.cipher.rawValue); ask for another cipher")
            }
            guard let clientKey = SessionKey(keys.clientKey), let serverKey = SessionKey(keys.serverKey) else {
                throw VoiceEngineError(
                    .grantInvalid, "the server's voice key has the wrong length; update client or server")
            }
            sealer = DatagramSealer(cipher: keys.cipher, key: clientKey)
            opener = DatagramOpener(cipher: keys.cipher, key: serverKey)
        }
        unsafe outgoing = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 16)
        unsafe incoming = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 16)
    }

    /// Of no session.
    init() {
        unsafe outgoing = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 16)
        unsafe incoming = .allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 16)
    }

    deinit {
        unsafe outgoing.deallocate()
        unsafe incoming.deallocate()
    }

    var isSealed: Bool { sealer != nil }

    /// Where the next datagram's body goes, in the clear.
    var bodySpace: UnsafeMutableRawBufferPointer {
        let overhead = VoiceHeader.byteCount + DatagramSealer.overheadByteCount
        return unsafe UnsafeMutableRawBufferPointer(
            start: outgoing + VoiceHeader.byteCount, count: VoiceWireLimits.datagramBytesMax - overhead)
    }

    /// Sends the body of `bodyByteCount` bytes that stands in ``bodySpace`` behind this header, whose payload length
    /// and sealed flag are set here. False if `emit` refused.
    mutating func send(_ header: VoiceHeader, bodyByteCount: Int, _ emit: VoiceTransport.Emit) -> Bool {
        var header = header
        header.payloadByteCount = UInt16(bodyByteCount + (isSealed ? DatagramSealer.overheadByteCount : 0))
        if isSealed { header.flags.insert(.sealed) }
        let clear = unsafe UnsafeMutableRawBufferPointer(start: outgoing, count: VoiceHeader.byteCount + bodyByteCount)
        unsafe header.write(to: clear)
        let body = unsafe UnsafeRawBufferPointer(rebasing: clear[VoiceHeader.byteCount...])
        let byteCount = unsafe sealer?.seal(body, into: outgoing) ?? clear.count
        return emit(unsafe UnsafeRawBufferPointer(start: outgoing, count: byteCount).bytes)
    }

    /// The body of the datagram opened last, in the clear. Valid until the next one.
    var body: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: incoming, count: bodyByteCount)
    }

    /// Opens a datagram whose header was parsed. False, and counted, if it is not authentic or not new.
    mutating func open(_ datagram: UnsafeRawBufferPointer) -> Bool {
        switch unsafe opener?.open(datagram, into: incoming) {
        case .opened(let byteCount, let isNewest)?:
            bodyByteCount = byteCount
            openedCount += 1
            if isNewest { unsafe noteNewest(datagram.bigEndian(at: datagram.count - SealedTrailer.counterByteCount)) }
        case .refused(.forged)?:
            forgedCount += 1
            return false
        case .refused(.replayed)?:
            replayedCount += 1
            return false
        case nil:
            let clear = unsafe UnsafeRawBufferPointer(rebasing: datagram[VoiceHeader.byteCount...])
            if let source = clear.baseAddress { unsafe incoming.copyMemory(from: source, byteCount: clear.count) }
            bodyByteCount = clear.count
        }
        return true
    }

    /// The relay counts every datagram that it seals for this session: numbers that are passed over are datagrams that are
    /// missing, or late.
    private mutating func noteNewest(_ counter: UInt32) {
        expectedCount += UInt64(counter &- newestCounter)
        newestCounter = counter
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension DatagramCoder: @unchecked Sendable {}
