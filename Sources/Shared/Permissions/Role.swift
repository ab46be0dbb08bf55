/// What an account is on the whole server. Ordered: a higher role stands above a lower one.
public enum Role: String, Sendable, CaseIterable, Codable {
    case guest, member, moderator, admin, owner
}

extension Role: Comparable {
    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .guest: 0
        case .member: 1
        case .moderator: 2
        case .admin: 3
        case .owner: 4
        }
    }
}
