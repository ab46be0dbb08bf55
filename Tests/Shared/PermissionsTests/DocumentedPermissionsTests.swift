import Foundation
import Identifiers
import Permissions
import Testing

/// The tables of `Documentation/Permissions.md` against the code, in every combination: neither can change alone.
@Suite struct DocumentedPermissionsTests {
    private static let user = UserID(rawValue: 7)
    private static let other = UserID(rawValue: 8)

    private enum Change: String, CaseIterable {
        case nothing = "–"
        case allows, denies, both

        func override(_ subject: PermissionOverride.Subject, _ permission: Permission) -> [PermissionOverride] {
            let set = PermissionSet(permission)
            return switch self {
            case .nothing: []
            case .allows: [PermissionOverride(subject: subject, allowed: set)]
            case .denies: [PermissionOverride(subject: subject, denied: set)]
            case .both: [PermissionOverride(subject: subject, allowed: set, denied: set)]
            }
        }
    }

    /// What each role may do without overrides, by permission, as documented.
    private func baseTable() throws -> [Permission: [Role: Bool]] {
        let table = try DocumentedTable(under: "What a role may do in a room")
        var base: [Permission: [Role: Bool]] = [:]
        for row in table.rows {
            let permission = try #require(Permission(rawValue: row["permission"] ?? ""), "\(row)")
            for role in Role.allCases { base[permission, default: [:]][role] = try isYes(row[role.rawValue]) }
        }
        return base
    }

    private func isYes(_ cell: String?) throws -> Bool {
        try #require(cell == "yes" || cell == "–", "\(cell ?? "no cell")")
        return cell == "yes"
    }

    @Test func rolesAreAllDocumented() throws {
        let table = try DocumentedTable(under: "Roles")
        #expect(table.rows.compactMap { $0["role"] } == Role.allCases.reversed().map(\.rawValue))
    }

    @Test func permissionsAreAllDocumentedInTheirOrder() throws {
        let table = try DocumentedTable(under: "What a role may do in a room")
        #expect(table.rows.compactMap { $0["permission"] } == Permission.allCases.map(\.rawValue))
    }

    /// Role × permission × the role's override × the account's, in both orders, among overrides of others: 1,920 cases.
    @Test func everyRolePermissionAndOverride() throws {
        let base = try baseTable()
        let precedence = try precedenceTable()
        var caseCount = 0
        for role in Role.allCases {
            for permission in Permission.allCases {
                let own = try #require(base[permission]?[role] as Bool?)
                for byRole in Change.allCases {
                    for byUser in Change.allCases {
                        let documented = try #require(precedence[byRole]?[byUser] as Bool??)
                        let expected = role >= .admin ? true : documented ?? own
                        let overrides =
                            others(of: role, permission) + byRole.override(.role(role), permission)
                            + byUser.override(.user(Self.user), permission)
                        for overrides in [overrides, overrides.reversed()] {
                            let set = PermissionTable.effective(role, user: Self.user, overrides: overrides)
                            #expect(
                                set.contains(permission) == expected,
                                "\(role) \(permission), role \(byRole), account \(byUser)")
                            #expect(
                                set.symmetricDifference(PermissionTable.base(role)).isSubset(of: .init(permission)),
                                "\(role) \(permission), role \(byRole), account \(byUser) changed another")
                            caseCount += 1
                        }
                    }
                }
            }
        }
        #expect(caseCount == 5 * 12 * 4 * 4 * 2)
    }

    /// Overrides that concern somebody else, each the opposite of what the role may.
    private func others(of role: Role, _ permission: Permission) -> [PermissionOverride] {
        let change: Change = PermissionTable.base(role).contains(permission) ? .denies : .allows
        let subjects =
            [PermissionOverride.Subject.user(Self.other)]
            + Role.allCases.filter { $0 != role }.map(PermissionOverride.Subject.role)
        return subjects.flatMap { change.override($0, permission) }
    }

    /// By the role's and the account's override; an inner nil is “as the role”.
    private func precedenceTable() throws -> [Change: [Change: Bool?]] {
        var precedence: [Change: [Change: Bool?]] = [:]
        for row in try DocumentedTable(under: "Overrides").rows {
            let byRole = try #require(Change(rawValue: row["the role's override"] ?? ""), "\(row)")
            let byUser = try #require(Change(rawValue: row["the account's override"] ?? ""), "\(row)")
            let outcome = row["guests, members and moderators"]
            try #require(["as the role", "may", "may not"].contains(outcome), "\(row)")
            precedence[byRole, default: [:]][byUser] = .some(outcome == "as the role" ? nil : outcome == "may")
        }
        return precedence
    }

    @Test func whoeverMakesARoomIsGivenWhatIsDocumented() throws {
        let names = PermissionTable.creator.permissions.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let page = try DocumentedTable.page().replacing("\n", with: " ")
        #expect(page.contains("by an override for the account in that room: \(names)."))
    }
}
