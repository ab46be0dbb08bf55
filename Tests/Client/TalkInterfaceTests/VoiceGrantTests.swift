import ControlWire
import TerminalSupport
import Testing
import VoiceClient
import VoiceSealing
import VoiceWire

@testable import TalkInterface

struct VoiceGrantTests {
    @Test func `everything of the grant arrives`() throws {
        var wire = testGrant()
        wire.tokenMilliseconds = 7_000
        wire.keepaliveMilliseconds = 3_000
        wire.timeoutMilliseconds = 9_000
        wire.bundleBytesMax = 1_232
        let grant = try VoiceConnectionGrant(wire, host: "192.0.2.7", allowsUnsealed: false)
        #expect(grant.host == "192.0.2.7" && grant.port == 8_081)
        #expect(grant.voice.rawValue == 1 && grant.room.rawValue == 9)
        #expect(grant.token == [UInt8](repeating: 0x0A, count: 16))
        #expect(grant.keys?.cipher == .aes256GCM)
        #expect(grant.keys?.clientKey == [UInt8](repeating: 1, count: 32))
        #expect(grant.keys?.serverKey == [UInt8](repeating: 2, count: 32))
        #expect(grant.bundleBytesMax == 1_232)
        #expect(try VoiceConnectionGrant(testGrant(), host: "192.0.2.7", allowsUnsealed: false).bundleBytesMax == 0)
        #expect(grant.tokenLifetime == .seconds(7) && grant.keepalive == .seconds(3) && grant.timeout == .seconds(9))
    }

    @Test func `unsealed voice has no keys, and is taken only where the control connection is open too`() throws {
        var wire = testGrant()
        wire.cipher = "none"
        #expect(try VoiceConnectionGrant(wire, host: "127.0.0.1", allowsUnsealed: true).keys == nil)
        #expect { try VoiceConnectionGrant(wire, host: "127.0.0.1", allowsUnsealed: false) } throws: {
            ($0 as? CommandFailure)?.status == .permission
        }
    }

    @Test(
        arguments: [
            { $0.voiceID = nil }, { $0.voiceRoomID = nil }, { $0.sessionToken = "0" }, { $0.sessionToken = "zz" },
            { $0.cipher = "rot13" }, { $0.cipher = nil }, { $0.clientKey = nil }, { $0.serverKey = "0g" },
        ] as [@Sendable (inout VoiceGrant) -> Void])
    func `a grant that lacks anything is refused`(change: @Sendable (inout VoiceGrant) -> Void) {
        var wire = testGrant()
        change(&wire)
        #expect { try VoiceConnectionGrant(wire, host: "127.0.0.1", allowsUnsealed: true) } throws: {
            ($0 as? CommandFailure)?.status == .protocolMismatch
        }
    }
}
