import Testing
import VoiceSealing
import VoiceWire

/// The argument of `Documentation/Protocol.md`, “Why no nonce repeats”, step by step. A sealer that took its
/// nonce from the header, or that counted in fewer than 64 bits, fails here.
@Suite("No nonce repeats under a key")
struct NonceUniquenessTests {
    @Test("not when sequence and timestamp wrap: the same header and body never look the same twice")
    func headerWraps() {
        var sealer = SealedDatagram.sealer()
        var counters: Set<[UInt8]> = []
        var ciphertexts: Set<[UInt8]> = []
        for round in 0..<3 * 65_536 {
            // Sequence wraps thrice; the timestamp repeats with it, as it would after 24.8 hours.
            let sequence = UInt16(truncatingIfNeeded: round)
            let datagram = SealedDatagram.seal(
                [0xAB], sequence: sequence, timestamp: UInt32(sequence) * 960, with: &sealer)
            counters.insert(Array(datagram.suffix(4)))
            ciphertexts.insert(Array(datagram[19...]))
        }
        #expect(counters.count == 3 * 65_536)
        #expect(ciphertexts.count == 3 * 65_536)
    }

    @Test(
        "not when the counter's 32 bits on the wire wrap: the key has changed by then", arguments: VoiceCipher.available
    )
    func wireCounterWraps(cipher: VoiceCipher) {
        var first = SealedDatagram.sealer(cipher, startingAt: 5)
        var second = SealedDatagram.sealer(cipher, startingAt: 5 + 1 << 32)
        let (a, b) = (SealedDatagram.seal([1, 2, 3], with: &first), SealedDatagram.seal([1, 2, 3], with: &second))
        #expect(a.suffix(4) == b.suffix(4), "the same low half…")
        #expect(a[19..<22] != b[19..<22], "…but not the same key stream")
    }

    @Test("every epoch has a key of its own, and the opener follows", arguments: VoiceCipher.available)
    func epochs(cipher: VoiceCipher) {
        var opener = SealedDatagram.opener(cipher)
        var streams: Set<[UInt8]> = []
        for epoch: UInt64 in 0..<40 {
            var sealer = SealedDatagram.sealer(cipher, startingAt: epoch << 28)
            let datagram = SealedDatagram.seal([0, 0, 0, 0, 0, 0, 0, 0], with: &sealer)
            streams.insert(Array(datagram[19..<27]))
            #expect(
                SealedDatagram.open(datagram, with: &opener) == .body(Array(repeating: 0, count: 8)), "epoch \(epoch)")
        }
        #expect(streams.count == 40)
    }

    @Test("datagrams reordered across an epoch's end still open")
    func reorderedEpochs() {
        var sealer = SealedDatagram.sealer(startingAt: 1 << 28 - 50)
        var opener = SealedDatagram.opener()
        let datagrams = (0..<100).map { SealedDatagram.seal([UInt8($0)], with: &sealer) }
        for index in stride(from: 1, to: 100, by: 2) {
            #expect(SealedDatagram.open(datagrams[index], with: &opener) == .body([UInt8(index)]))
        }
        for index in stride(from: 0, to: 100, by: 2) {
            #expect(SealedDatagram.open(datagrams[index], with: &opener) == .body([UInt8(index)]))
        }
    }

    @Test("a leap over a whole epoch is refused and changes nothing")
    func leap() {
        var opener = SealedDatagram.opener()
        var honest = SealedDatagram.sealer()
        var leaping = SealedDatagram.sealer(startingAt: 2 << 28)
        #expect(SealedDatagram.open(SealedDatagram.seal([1], with: &leaping), with: &opener) == .refused(.forged))
        #expect(SealedDatagram.open(SealedDatagram.seal([1], with: &honest), with: &opener) == .body([1]))
    }
}
