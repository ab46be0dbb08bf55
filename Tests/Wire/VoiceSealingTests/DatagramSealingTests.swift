import Testing
import VoiceSealing
import VoiceWire

@Suite("Sealing and opening")
struct DatagramSealingTests {
    @Test("what is sealed is opened", arguments: VoiceCipher.available)
    func roundTrip(cipher: VoiceCipher) {
        var sealer = SealedDatagram.sealer(cipher)
        var opener = SealedDatagram.opener(cipher)
        for length in [1, 2, 80, 160, VoiceWireLimits.opusBytesMax] {
            let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let datagram = SealedDatagram.seal(body, with: &sealer)
            #expect(datagram.count == 19 + length + 20)
            #expect(SealedDatagram.open(datagram, with: &opener) == .body(body))
        }
    }

    @Test("a change of any byte is noticed", arguments: VoiceCipher.available)
    func forgery(cipher: VoiceCipher) {
        var sealer = SealedDatagram.sealer(cipher)
        let datagram = SealedDatagram.seal(Array("who changes this is caught".utf8), with: &sealer)
        var opener = SealedDatagram.opener(cipher)
        for index in datagram.indices {
            var forged = datagram
            forged[index] ^= 0x80
            #expect(SealedDatagram.open(forged, with: &opener) == .refused(.forged), "byte \(index)")
        }
        #expect(SealedDatagram.open(datagram, with: &opener) == .body(Array("who changes this is caught".utf8)))
    }

    @Test("another key opens nothing")
    func wrongKey() {
        var sealer = SealedDatagram.sealer()
        var opener = SealedDatagram.opener(key: Array(repeating: 1, count: 32))
        #expect(SealedDatagram.open(SealedDatagram.seal([1], with: &sealer), with: &opener) == .refused(.forged))
    }

    @Test("a datagram opens once, in any order")
    func replay() {
        var sealer = SealedDatagram.sealer()
        var opener = SealedDatagram.opener()
        let datagrams = (0..<200).map { SealedDatagram.seal([UInt8($0)], with: &sealer) }
        for index in (0..<200).reversed() {
            #expect(SealedDatagram.open(datagrams[index], with: &opener) == .body([UInt8(index)]))
        }
        for datagram in datagrams { #expect(SealedDatagram.open(datagram, with: &opener) == .refused(.replayed)) }
    }

    @Test("datagrams too short for a tag are refused")
    func truncated() {
        var sealer = SealedDatagram.sealer()
        var opener = SealedDatagram.opener()
        let datagram = SealedDatagram.seal([1, 2, 3], with: &sealer)
        for length in 19..<datagram.count {
            #expect(
                SealedDatagram.open(Array(datagram[..<length]), with: &opener) == .refused(.forged), "\(length) bytes")
        }
    }

    @Test("keys of the wrong length are refused")
    func keyLength() {
        for length in [0, 31, 33] {
            let isRefused = SessionKey(Array(repeating: 0, count: length)) == nil
            #expect(isRefused, "\(length) bytes")
        }
    }
}
