import ControlWire
import Identifiers

extension MemberSession {
    /// What those ask who run the server.
    func serveOperations(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        let administration = services.administration
        do {
            switch message {
            case .browseVoice(let room, let after):
                let rows = try await administration.voiceSessions(in: room, after: after, by: member)
                let page = EncodedLine.fitting(rows, answering: requestID) { shown in
                    .voicePage(sessions: shown, next: shown.count < rows.count ? shown.last?.voiceID : nil)
                }
                outbox.post(page.line)
            case .browseSessions(let after, let limit):
                let (rows, next) = try await administration.sessions(after: after, limit: limit, by: member)
                let page = EncodedLine.fitting(rows, answering: requestID) { shown in
                    .sessionPage(sessions: shown, next: shown.count < rows.count ? shown.last?.id : next)
                }
                outbox.post(page.line)
            case .revokeSession(let id):
                try await administration.revokeSession(id, by: member)
                answer(.serverResponse(success: true, content: "Session \(id) has ended"), requestID)
            case .listLimits:
                answer(.limitList(limits: try administration.limits(by: member)), requestID)
            case .setLimit(let key, let value):
                let record = try await administration.setLimit(key, to: value, by: member)
                answer(.limitList(limits: [record]), requestID)
            default:
                _ = refuseUnexpected("Not a request about the server", requestID)
            }
        } catch {
            refuse(error, in: message.operatedRoom, requestID)
        }
    }
}

extension ControlMessage {
    fileprivate var operatedRoom: RoomID? {
        if case .browseVoice(let room, _) = self { room } else { nil }
    }
}
