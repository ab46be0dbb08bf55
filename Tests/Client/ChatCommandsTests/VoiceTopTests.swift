import ControlWire
import Identifiers
import TerminalSupport
import Testing

@testable import ChatCommands

/// The live table of `admin top` in terminals of several sizes.
struct VoiceTopTests {
    private func rows(_ count: Int, name: String = "漢字さん漢字さん") -> [VoiceSessionRecord] {
        (0..<count).map { number in
            VoiceSessionRecord(
                voiceID: UInt16(number), roomID: RoomID(rawValue: 1), roomName: "General",
                userID: UserID(rawValue: UInt64(number + 1)), username: "\(name)\(number)", transport: .udp,
                cipher: "aes-256-gcm", connectedAt: 0, isSpeaking: false, isMuted: true, isDeafened: false,
                bitsPerSecond: 40_000)
        }
    }

    @Test func `what fits is shown whole, one more and the rest is counted`() {
        let fitting = VoiceTop.screen(of: rows(21), columns: 200, height: 24)
        #expect(fitting.count == 23 && fitting[1].hasPrefix("ROOM") && fitting[22].contains("さん20"))
        let cut = VoiceTop.screen(of: rows(22), columns: 200, height: 24)
        #expect(cut.count == 23 && cut[21].contains("さん19") && cut[22] == "… 2 more")
    }

    @Test(arguments: [20, 40, 57, 80]) func `no line is wider than the terminal`(columns: Int) {
        for line in VoiceTop.screen(of: rows(50), columns: columns, height: 24) {
            #expect(TerminalText.columns(of: line) <= columns, "\(line)")
        }
    }

    @Test func `the smallest terminal and the emptiest server have their line`() {
        #expect(VoiceTop.screen(of: rows(3), columns: 80, height: 1).last == "… 3 more")
        #expect(VoiceTop.screen(of: [], columns: 80, height: 24).count == 1)
    }
}
