import Testing
import VoiceSealing
import VoiceWire

@testable import VoiceRelay

@Suite struct PrintedGrantTests {
    @Test func aGrantIsPrintedWithoutWhatOpensTheSession() {
        let secret = [UInt8](repeating: 211, count: 32)
        let grant = VoiceSessionGrant(
            voice: VoiceID(rawValue: 7), room: VoiceRoomID(rawValue: 9), token: secret, cipher: .aes256GCM,
            clientKey: secret, serverKey: secret, bundleBytesMax: 0)
        for text in ["\(grant)", "\([grant])", String(reflecting: grant)] {
            #expect(!text.contains("211") && text.contains("voice 7 in room 9"), "\(text)")
        }
    }
}
