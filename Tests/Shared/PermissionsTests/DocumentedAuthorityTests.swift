import Foundation
import Identifiers
import Permissions
import Testing

/// Who stands above whom, and who may give which role: `Documentation/Permissions.md` against the code.
@Suite struct DocumentedAuthorityTests {
    private static let user = UserID(rawValue: 7)

    /// The permissions that make a keeper, as documented.
    private static let keeping: [Permission] = [.muteOthers, .move, .kick, .ban, .manageMessages, .manageRoom]

    private struct Person {
        let role: Role
        let isKeeper: Bool

        /// - Parameter text: a role, or a role and `keeper`.
        init(_ text: String) throws {
            let words = text.components(separatedBy: ", ")
            role = try #require(Role(rawValue: words[0]), "\(text)")
            isKeeper = words.last == "keeper"
        }

        func authority(through permission: Permission) -> Int {
            let own = PermissionOverride(subject: .user(user), allowed: PermissionSet(permission))
            return PermissionTable.authority(role, user: user, overrides: isKeeper ? [own] : [])
        }
    }

    @Test(arguments: keeping) func everyRoleOnEveryRole(permission: Permission) throws {
        let table = try DocumentedTable(under: "Who can act on whom")
        let people = table.columns.dropFirst()
        #expect(table.rows.compactMap { $0[table.columns[0]] } == Array(people))
        #expect(Set(people).isSuperset(of: Role.allCases.map(\.rawValue)))
        for row in table.rows {
            let target = try Person(try #require(row[table.columns[0]]))
            for name in people {
                let actor = try Person(name)
                let can = actor.authority(through: permission) > target.authority(through: permission)
                #expect(row[name] == (can ? "yes" : "–"), "\(name) on \(row)")
            }
        }
    }

    @Test(arguments: Role.allCases, Permission.allCases)
    func onlyModeratingRightsGivenAndNotDeniedMakeAKeeper(role: Role, permission: Permission) {
        let plain = PermissionTable.authority(role)
        let set = PermissionSet(permission)
        func authority(_ overrides: PermissionOverride...) -> Int {
            PermissionTable.authority(role, user: Self.user, overrides: overrides)
        }
        let isKeeper = role <= .member && Self.keeping.contains(permission)
        let given = authority(PermissionOverride(subject: .user(Self.user), allowed: set))
        #expect(given == (isKeeper ? PermissionTable.authority(.member) + 5 : plain))
        #expect(given < PermissionTable.authority(.moderator) || role >= .moderator)
        #expect(authority(PermissionOverride(subject: .user(Self.user), allowed: set, denied: set)) == plain)
        #expect(authority(PermissionOverride(subject: .user(UserID(rawValue: 8)), allowed: set)) == plain)
        #expect(authority(PermissionOverride(subject: .role(role), allowed: set)) == plain)
    }

    @Test func everyChangeOfARole() throws {
        let table = try DocumentedTable(under: "Changing roles")
        #expect(table.rows.compactMap { $0["who"] } == Role.allCases.map(\.rawValue))
        for row in table.rows {
            let actor = try #require(Role(rawValue: row["who"] ?? ""))
            let roles = (row["may turn into one another"] ?? "").components(separatedBy: ", ").compactMap(Role.init)
            for old in Role.allCases {
                for new in Role.allCases {
                    let expected = roles.contains(old) && roles.contains(new)
                    #expect(
                        PermissionTable.maySetRole(from: old, to: new, by: actor) == expected,
                        "\(actor): \(old) → \(new)")
                }
            }
        }
    }
}
