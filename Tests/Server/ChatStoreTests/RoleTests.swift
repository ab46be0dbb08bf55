import ChatStore
import Foundation
import Identifiers
import Permissions
import Testing

@Suite struct RoleTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }
    private let secret = [UInt8](repeating: 7, count: 32)

    init() async throws { people = try await PeopleFixture() }

    private func claim(_ user: UserID, with hash: [UInt8]? = nil) async throws -> Bool {
        try await store.claimOwnership(tokenHash: hash ?? secret, user: user, at: people.noon)
    }

    private func role(of user: UserID) async throws -> Role? { try await store.account(id: user)?.role }

    @Test func newAccountsAreWhatTheCallerSays() async throws {
        #expect(try await role(of: people.alice) == .member)
        let guest = try await store.createAccount(
            name: "g", nameKey: "g", passwordHash: "", role: .guest, at: .now, accountsMax: 10)
        #expect(guest.role == .guest)
        #expect(try await role(of: guest.id) == .guest)
    }

    @Test func tokenMakesOneOwnerOnce() async throws {
        #expect(try await claim(people.alice) == false, "there was no token")
        #expect(try await store.setOwnerTokenHash(secret))
        #expect(try await claim(people.alice, with: [1]) == false)
        #expect(try await claim(PeopleFixture.nobody) == false)
        #expect(try await claim(people.alice))
        #expect(try await role(of: people.alice) == .owner)
        #expect(try await claim(people.bob) == false, "it was used")
        #expect(try await role(of: people.bob) == .member)
        #expect(try await store.setOwnerTokenHash(secret) == false, "there is an owner")
    }

    @Test func newTokenReplacesTheOneBefore() async throws {
        _ = try await store.setOwnerTokenHash([1])
        _ = try await store.setOwnerTokenHash(secret)
        #expect(try await claim(people.alice, with: [1]) == false)
        #expect(try await claim(people.alice))
    }

    @Test func tokenIsWorthNothingOnceThereIsAnOwner() async throws {
        _ = try await store.setOwnerTokenHash(secret)
        _ = try await store.createAccount(
            name: "o", nameKey: "o", passwordHash: "", role: .owner, at: .now, accountsMax: 10)
        #expect(try await claim(people.alice) == false)
        #expect(try await role(of: people.alice) == .member)
    }

    @Test func oneOfManyClaimsAtOnceWins() async throws {
        _ = try await store.setOwnerTokenHash(secret)
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<30 {
                group.addTask { try await claim([people.alice, people.bob, people.carol][index % 3]) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wins == 1)
    }

    @Test func rolesChangeAsTheActorsRoleAllows() async throws {
        _ = try await store.setOwnerTokenHash(secret)
        _ = try await claim(people.alice)
        func set(_ user: UserID, _ role: Role, by actor: UserID) async throws -> RoleChange {
            try await store.setRole(of: user, to: role, by: actor, at: people.noon)
        }
        #expect(try await set(people.carol, .moderator, by: people.bob) == .notAllowed)
        #expect(try await set(people.bob, .admin, by: people.alice) == .changed(from: .member))
        #expect(try await set(people.bob, .admin, by: people.alice) == .unchanged)
        #expect(try await set(people.carol, .moderator, by: people.bob) == .changed(from: .member))
        #expect(try await set(people.carol, .admin, by: people.bob) == .notAllowed)
        #expect(try await set(people.alice, .guest, by: people.bob) == .notAllowed)
        #expect(try await set(people.bob, .guest, by: people.bob) == .notAllowed)
        #expect(try await set(people.carol, .owner, by: people.alice) == .notAllowed)
        #expect(try await set(PeopleFixture.nobody, .guest, by: people.alice) == .noSuchAccount)
        #expect(try await set(people.carol, .guest, by: PeopleFixture.nobody) == .notAllowed)
        #expect(try await role(of: people.alice) == .owner)
        #expect(try await role(of: people.bob) == .admin)
        #expect(try await role(of: people.carol) == .moderator)
    }

    /// Two admins take each other's role away: whichever is second is none any more.
    @Test func whatWasTakenAMomentAgoGivesNothing() async throws {
        _ = try await store.setOwnerTokenHash(secret)
        _ = try await claim(people.alice)
        _ = try await store.setRole(of: people.bob, to: .admin, by: people.alice, at: people.noon)
        async let demoted = store.setRole(of: people.bob, to: .member, by: people.alice, at: people.noon)
        async let promoted = store.setRole(of: people.carol, to: .moderator, by: people.bob, at: people.noon)
        let (first, second) = try await (demoted, promoted)
        #expect(first == .changed(from: .admin))
        let order = try await store.audit(before: nil, limit: 2).entries.map(\.target)
        // Either carol's change is in the log before bob's, or it was refused.
        #expect(second == .notAllowed ? order.first == people.bob : order == [people.bob, people.carol])
    }
}
