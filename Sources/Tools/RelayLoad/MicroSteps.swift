import CAllocationCount
import Glibc
import LockFree
import VoiceRelay
import VoiceSealing
import VoiceWire

extension MicroStep {
    /// Makes ready, then measures that many operations.
    func turn(operations: Int) -> MicroTurn {
        let space = UnsafeMutableRawBufferPointer.allocate(
            byteCount: 2 * VoiceWireLimits.datagramBytesMax, alignment: 64)
        space.initializeMemory(as: UInt8.self, repeating: 0)
        defer { space.deallocate() }
        return switch self {
        case .writeHeader: Self.writing(operations, space)
        case .parseHeader: Self.parsing(operations, space)
        case .seal: Self.sealing(operations, space)
        case .open: Self.opening(operations, space)
        case .ring: Self.ringing(operations)
        case .route: Self.routing(operations)
        }
    }

    private static let payloadByteCount = 80
    private static let payload = [UInt8](repeating: 0xA5, count: payloadByteCount)

    private static func header(_ sequence: Int, voice: UInt16 = 1) -> VoiceHeader {
        VoiceHeader(
            type: .voice, flags: .sealed, voice: VoiceID(rawValue: voice), room: VoiceRoomID(rawValue: 1),
            sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: sequence)), timestamp: 960,
            payloadByteCount: UInt16(payloadByteCount + DatagramSealer.overheadByteCount),
            opusByteCount: UInt16(payloadByteCount))
    }

    /// Times `body`, which is inlined into its caller's loop.
    @inline(__always)
    private static func measure(_ operations: Int, _ body: (Int) -> Void) -> MicroTurn {
        let (allocations, start) = (allocation_count(), now())
        for index in 0..<operations { body(index) }
        let (end, after) = (now(), allocation_count())
        return MicroTurn(
            nanosecondsPerOperation: Double(end - start) / Double(operations), allocations: after - allocations)
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    // MARK: Steps

    private static func writing(_ operations: Int, _ space: UnsafeMutableRawBufferPointer) -> MicroTurn {
        let target = UnsafeMutableRawBufferPointer(rebasing: space[..<VoiceHeader.byteCount])
        return measure(operations) { header($0).write(to: target) }
    }

    private static func parsing(_ operations: Int, _ space: UnsafeMutableRawBufferPointer) -> MicroTurn {
        let datagram = UnsafeMutableRawBufferPointer(
            rebasing: space[..<(VoiceHeader.byteCount + payloadByteCount + DatagramSealer.overheadByteCount)])
        header(1).write(to: datagram)
        var count = 0
        let turn = measure(operations) { _ in
            if case .header = VoiceHeader.parse(UnsafeRawBufferPointer(datagram)) { count += 1 }
        }
        precondition(count == operations, "headers that were just written are not read")
        return turn
    }

    private static func sealing(_ operations: Int, _ space: UnsafeMutableRawBufferPointer) -> MicroTurn {
        guard let target = space.baseAddress, let key = SessionKey(randomBytes(VoiceCipher.keyBytes)) else {
            return MicroTurn(nanosecondsPerOperation: 0, allocations: 0)
        }
        var sealer = DatagramSealer(cipher: VoiceCipher.available[0], key: key)
        header(1).write(to: UnsafeMutableRawBufferPointer(start: target, count: VoiceHeader.byteCount))
        return payload.withUnsafeBytes { plain in measure(operations) { _ in _ = sealer.seal(plain, into: target) } }
    }

    private static func opening(_ operations: Int, _ space: UnsafeMutableRawBufferPointer) -> MicroTurn {
        let bytes = randomBytes(VoiceCipher.keyBytes)
        let datagrams = SealedFrames(count: operations, key: bytes, voice: 1)
        defer { datagrams.deallocate() }
        guard let plain = space.baseAddress, let key = SessionKey(bytes) else {
            return MicroTurn(nanosecondsPerOperation: 0, allocations: 0)
        }
        var opener = DatagramOpener(cipher: VoiceCipher.available[0], key: key)
        var count = 0
        let turn = measure(operations) { index in
            if case .opened = opener.open(datagrams[index], into: plain) { count += 1 }
        }
        precondition(count == operations, "datagrams that were just sealed do not open")
        return turn
    }

    private static func ringing(_ operations: Int) -> MicroTurn {
        let ring = MPSCRing.allocate(capacity: 64, slotByteCount: 128)
        defer { ring.deallocate() }
        var sum = 0
        let turn = measure(operations) { index in
            _ = ring.push { $0.storeBytes(of: index, as: Int.self) }
            _ = ring.pop { sum &+= $0.load(as: Int.self) }
        }
        precondition(sum == operations * (operations - 1) / 2, "the ring lost something")
        return turn
    }

    /// One talker to 49: what a relay thread does between its two system calls. Frames come 20 ms apart by the clock that
    /// the core is given, so that no rate is exceeded.
    private static func routing(_ operations: Int) -> MicroTurn {
        guard var probe = RelayProbe(people: 50, cipher: VoiceCipher.available[0]) else {
            return MicroTurn(nanosecondsPerOperation: 0, allocations: 0)
        }
        for index in probe.grants.indices {
            hello(probe.grants[index]).withUnsafeBytes { probe.receive($0, now: 0) }
        }
        // The hello took the talker's first counter.
        let frames = SealedFrames(count: operations, key: probe.grants[0].clientKey, voice: 1, startingAt: 1)
        defer { frames.deallocate() }
        let before = probe.sentCount
        let turn = measure(operations) { index in probe.receive(frames[index], now: UInt64(index) * 20_000_000) }
        precondition(probe.sentCount - before == 49 * operations, "the core did not forward every frame to everybody")
        return turn
    }

    private static func hello(_ grant: VoiceSessionGrant) -> [UInt8] {
        guard let key = SessionKey(grant.clientKey) else { return [] }
        var sealer = DatagramSealer(cipher: VoiceCipher.available[0], key: key)
        let body = grant.token + [UInt8](repeating: 0, count: SessionBodies.echoByteCount)
        let header = VoiceHeader(
            type: .hello, flags: .sealed, voice: grant.voice, room: grant.room,
            payloadByteCount: UInt16(body.count + DatagramSealer.overheadByteCount))
        return [UInt8](unsafeUninitializedCapacity: 200) { bytes, count in
            guard let start = UnsafeMutableRawBufferPointer(bytes).baseAddress else { return }
            header.write(to: UnsafeMutableRawBufferPointer(start: start, count: VoiceHeader.byteCount))
            count = body.withUnsafeBytes { sealer.seal($0, into: start) }
        }
    }

    /// Frames of one talker, sealed one after the other.
    private struct SealedFrames {
        private let memory: UnsafeMutableRawPointer
        private static let byteCount = VoiceHeader.byteCount + payloadByteCount + DatagramSealer.overheadByteCount

        init(count: Int, key: [UInt8], voice: UInt16, startingAt counter: UInt64 = 0) {
            memory = .allocate(byteCount: count * Self.byteCount, alignment: 64)
            guard let key = SessionKey(key) else { return }
            var sealer = DatagramSealer(cipher: VoiceCipher.available[0], key: key, startingAt: counter)
            for index in 0..<count {
                let target = memory + index * Self.byteCount
                header(index, voice: voice).write(
                    to: UnsafeMutableRawBufferPointer(start: target, count: VoiceHeader.byteCount))
                payload.withUnsafeBytes { _ = sealer.seal($0, into: target) }
            }
        }

        func deallocate() { memory.deallocate() }

        subscript(index: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(start: memory + index * Self.byteCount, count: Self.byteCount)
        }
    }
}
