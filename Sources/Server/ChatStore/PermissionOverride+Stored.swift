import GRDB
import Identifiers
import Permissions

extension PermissionOverride {
    /// `role:NAME` or `user:NUMBER`.
    var storedSubject: String {
        switch subject {
        case .role(let role): "role:" + role.rawValue
        case .user(let user): "user:" + String(user.stored)
        }
    }

    /// Nil for a subject that this version does not know.
    init?(_ row: Row) {
        let parts = (row["subject"] as String).split(separator: ":", maxSplits: 1)
        let subject: Subject
        switch (parts.first, parts.last) {
        case ("role", let name?):
            guard let role = Role(rawValue: String(name)) else { return nil }
            subject = .role(role)
        case ("user", let number?):
            guard let number = Int64(number) else { return nil }
            subject = .user(UserID(stored: number))
        default: return nil
        }
        self.init(subject: subject, allowed: Self.permissions(row["allowed"]), denied: Self.permissions(row["denied"]))
    }

    private static func permissions(_ stored: Int64) -> PermissionSet {
        PermissionSet(rawValue: UInt16(truncatingIfNeeded: stored))
    }

    func auditEntry(in room: RoomID, by actor: UserID) -> AuditEntry {
        var target: UserID?
        var whose: String?
        switch subject {
        case .role(let role): whose = role.rawValue
        case .user(let user): target = user
        }
        let detail = AuditDetail(
            whose, allowed.isEmpty ? nil : "allowed \(allowed.names)", denied.isEmpty ? nil : "denied \(denied.names)",
            isEmpty ? "taken away" : nil)
        return AuditEntry(.overrideSet, by: actor, target: target, room: room, detail: detail.text)
    }
}

extension PermissionSet {
    fileprivate var names: String { permissions.map(\.rawValue).joined(separator: ", ") }
}
