import ChatStore
import Foundation
import Identifiers
import Testing

@Suite struct SessionTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }

    init() async throws { people = try await PeopleFixture() }

    private func token(_ number: Int) -> [UInt8] {
        Array(repeating: 0, count: 30) + [UInt8(number >> 8), UInt8(number & 255)]
    }

    private func create(_ number: Int, of user: UserID? = nil, at seconds: Double = 0) async throws -> UInt64 {
        try await store.createSession(
            of: user ?? people.alice, tokenHash: token(number), device: "device \(number)", at: people.later(seconds)
        ).id
    }

    @Test func sessionIsFoundByItsTokensHashWithTheAccountAsItIsNow() async throws {
        let id = try await create(1)
        _ = try await store.setPassword(of: people.alice, hash: "new", keeping: id, at: people.noon)
        let found = try #require(try await store.session(tokenHash: token(1)))
        #expect(found.session.id == id)
        #expect(found.session.device == "device 1")
        #expect(found.session.createdAt == people.noon)
        #expect(found.account.id == people.alice)
        #expect(found.account.passwordHash == "new")
        #expect(try await store.session(tokenHash: token(2)) == nil)
        #expect(try await store.session(tokenHash: []) == nil)
    }

    @Test func sessionOfNobodyIsRefused() async throws {
        let code = await storeError { _ = try await create(1, of: PeopleFixture.nobody) }
        #expect(code == .notFound)
    }

    @Test func oneTokenIsOneSession() async throws {
        _ = try await create(1)
        _ = await storeError { _ = try await create(1, of: people.bob) }
        #expect(try await store.session(tokenHash: token(1))?.account.id == people.alice)
    }

    @Test func atTheLimitAllStayAndOnePastItTheLongestUnusedGoes() async throws {
        var ids: [UInt64] = []
        for number in 0..<ChatStore.sessionsPerAccountMax { ids.append(try await create(number, at: Double(number))) }
        let others = try await create(1_000, of: people.bob)
        #expect(try await store.sessions(of: people.alice).map(\.id) == ids.reversed())
        // The first made was used since: the second is the one that goes.
        try await store.touchSessions([ids[0]: people.later(100)])
        let further = try await store.createSession(
            of: people.alice, tokenHash: token(500), device: "further", at: people.later(200))
        #expect(further.ended == [ids[1]])
        #expect(try await store.session(tokenHash: token(1)) == nil)
        #expect(try await store.sessions(of: people.alice).map(\.id) == [further.id, ids[0]] + ids[2...].reversed())
        #expect(try await store.sessions(of: people.bob).map(\.id) == [others])
    }

    /// Also if its clock says that all others were used later.
    @Test func newSessionIsNeverTheOneThatGoes() async throws {
        for number in 0..<ChatStore.sessionsPerAccountMax { _ = try await create(number, at: 100) }
        let further = try await store.createSession(
            of: people.alice, tokenHash: token(500), device: "further", at: people.noon)
        #expect(further.ended.count == 1)
        #expect(try await store.session(tokenHash: token(500))?.session.id == further.id)
    }

    @Test func timesOfUseOnlyGoForward() async throws {
        let (first, second) = (try await create(1), try await create(2))
        try await store.touchSessions([first: people.later(60), second: people.later(-60), 12_345: people.noon])
        let sessions = try await store.sessions(of: people.alice)
        #expect(sessions.map(\.id) == [first, second])
        #expect(sessions.map(\.lastUsedAt) == [people.later(60), people.noon])
    }

    @Test func oneSessionEndsForItsAccountOnly() async throws {
        let id = try await create(1)
        #expect(try await store.endSession(id, of: people.bob) == false)
        #expect(try await store.endSession(id, of: people.alice))
        #expect(try await store.endSession(id, of: people.alice) == false)
        #expect(try await store.session(tokenHash: token(1)) == nil)
    }

    @Test func everySessionButOneEnds() async throws {
        let ids = [try await create(1), try await create(2), try await create(3)]
        let others = try await create(4, of: people.bob)
        let ended = try await store.endSessions(
            of: people.alice, except: ids[1], by: people.alice, at: people.noon)
        #expect(Set(ended) == [ids[0], ids[2]])
        #expect(try await store.sessions(of: people.alice).map(\.id) == [ids[1]])
        #expect(
            try await store.endSessions(of: people.alice, except: nil, by: people.alice, at: people.noon) == [ids[1]])
        #expect(try await store.sessions(of: people.bob).map(\.id) == [others])
    }

    @Test func newPasswordEndsTheOtherSessions() async throws {
        let ids = [try await create(1), try await create(2)]
        let ended = try await store.setPassword(of: people.alice, hash: "new", keeping: ids[0], at: people.noon)
        #expect(ended == [ids[1]])
        #expect(try await store.account(id: people.alice)?.passwordHash == "new")
        #expect(try await store.account(id: people.bob)?.passwordHash == "")
        let code = await storeError {
            _ = try await store.setPassword(of: PeopleFixture.nobody, hash: "x", keeping: nil, at: people.noon)
        }
        #expect(code == .notFound)
    }
}
