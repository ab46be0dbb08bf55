import ChatStore
import Foundation
import Identifiers
import Testing

@Suite struct MembershipTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }
    private let general = PeopleFixture.general

    init() async throws { people = try await PeopleFixture() }

    @Test func membershipLastsUntilItIsEnded() async throws {
        let second = try await people.createRoom("second").id
        #expect(try await store.addMember(people.bob, to: second, at: people.noon))
        #expect(try await store.addMember(people.bob, to: general, at: people.noon))
        #expect(try await store.addMember(people.bob, to: general, at: people.later(1)) == false)
        #expect(try await store.memberships(of: people.bob) == [general, second])
        #expect(try await store.removeMember(people.bob, from: general, at: people.noon))
        #expect(try await store.removeMember(people.bob, from: general, at: people.noon) == false)
        #expect(try await store.memberships(of: people.bob) == [second])
        #expect(try await store.memberships(of: people.alice).isEmpty)
    }

    @Test func membershipOfNobodyOrNowhereIsRefused() async throws {
        let beyond = RoomID(rawValue: .max)
        for (user, room) in [
            (PeopleFixture.nobody, general), (people.alice, PeopleFixture.noRoom), (people.alice, beyond),
        ] {
            let code = await storeError { _ = try await store.addMember(user, to: room, at: people.noon) }
            #expect(code == .notFound)
        }
    }

    @Test func kickIsWrittenDownWithTheMembershipsEnd() async throws {
        _ = try await store.addMember(people.bob, to: general, at: people.noon)
        let entry = AuditEntry(.memberKick, by: people.alice, target: people.bob, room: general, detail: "loud")
        _ = try await store.removeMember(people.bob, from: general, audit: entry, at: people.noon)
        let row = try #require(try await people.lastAudit())
        #expect(row.action == "member.kick")
        #expect(row.detail == "loud")
        #expect(try await store.roomState(of: general, at: people.noon).members.isEmpty)
    }

    @Test func namesOfAccounts() async throws {
        let names = try await store.accountNames(of: [people.bob, PeopleFixture.nobody, people.alice, people.bob])
        #expect(names == [people.alice: "Alice", people.bob: "Bob"])
        #expect(try await store.accountNames(of: [UserID]()).isEmpty)
    }
}
