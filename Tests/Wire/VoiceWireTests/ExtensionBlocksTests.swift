import Testing
import VoiceWire

@Suite("Extension blocks behind the Opus packet")
struct ExtensionBlocksTests {
    private func level(_ bytes: [UInt8]) -> UInt8? { bytes.withUnsafeBytes { ExtensionBlocks.audioLevel(in: $0) } }

    @Test("a level is written and read back")
    func roundTrip() {
        var bytes = [UInt8](repeating: 0, count: ExtensionBlocks.audioLevelByteCount)
        bytes.withUnsafeMutableBytes { ExtensionBlocks.writeAudioLevel(42, to: $0) }
        #expect(bytes == [1, 1, 42])
        #expect(level(bytes) == 42)
        bytes.withUnsafeMutableBytes { ExtensionBlocks.writeAudioLevel(200, to: $0) }
        #expect(level(bytes) == 127)
    }

    @Test("unknown kinds are skipped")
    func unknownKinds() {
        #expect(level([9, 2, 0xAA, 0xBB, 200, 0, 1, 1, 17]) == 17)
        #expect(level([9, 0]) == nil)
    }

    @Test("a block that claims more than there is ends the region")
    func overrun() {
        #expect(level([]) == nil)
        #expect(level([1]) == nil)
        #expect(level([1, 1]) == nil)
        #expect(level([1, 255, 3]) == nil)
        #expect(level([9, 200, 1, 1, 17]) == nil)
    }

    @Test("a level of the wrong size is none")
    func wrongSize() {
        #expect(level([1, 0]) == nil)
        #expect(level([1, 2, 3, 4]) == nil)
    }
}
