import ControlWire
import Credentials
import Identifiers

/// A text that somebody wants to write: checked as far as it can be without knowing where it goes.
struct NewMessage: Sendable {
    let content: String
    let clientID: String?
    let replyTo: MessageID?
    let mentions: [UserID]

    init(content: String, clientID: String? = nil, replyTo: MessageID? = nil, mentions: [UserID] = []) {
        self.content = content
        self.clientID = clientID
        self.replyTo = replyTo
        self.mentions = mentions
    }

    /// The text in its normal form.
    static func checked(_ content: String) throws(RoomRefusal) -> String {
        do { return try FreeText.message(content) } catch { throw RoomRefusal(error) }
    }

    /// 1…``TextLimits/clientIDMax`` printable ASCII characters.
    static func checkClientID(_ id: String?) throws(RoomRefusal) {
        guard let id else { return }
        guard (1...TextLimits.clientIDMax).contains(id.utf8.count), id.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw RoomRefusal(
                .invalidValue, .clientIDRefused,
                "client_id must be 1…\(TextLimits.clientIDMax) printable ASCII characters")
        }
    }
}
