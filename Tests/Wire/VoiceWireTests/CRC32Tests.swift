import Testing
import VoiceWire

@Suite("The checksum is zlib's CRC-32")
struct CRC32Tests {
    @Test("gives the check value of the catalogue of CRC algorithms")
    func checkValue() {
        #expect(sum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(sum([]) == 0)
        #expect(sum([0]) == 0xD202_EF8D)
    }

    @Test("is the same in one piece and in many")
    func pieces() {
        let bytes = (0..<255).map { UInt8($0) }
        var crc = CRC32()
        for byte in bytes { [byte].withUnsafeBytes { crc.update($0) } }
        #expect(crc.value == sum(bytes))
    }

    private func sum(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32()
        bytes.withUnsafeBytes { crc.update($0) }
        return crc.value
    }
}
