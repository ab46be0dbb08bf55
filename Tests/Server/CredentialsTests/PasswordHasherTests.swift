import Credentials
import Testing

@Suite struct PasswordHasherTests {
    private static func hasher() throws -> PasswordHasher {
        try PasswordHasher(.init(cost: .least, hashesAtOnceMax: 2, waitingMax: 64))
    }

    @Test func hashIsArgon2idAndSaltedAndVerifies() async throws {
        let hasher = try Self.hasher()
        let password = try Password("correct horse")
        let one = try await hasher.hash(password)
        let other = try await hasher.hash(password)
        #expect(one.hasPrefix("$argon2id$"))
        #expect(one != other)
        #expect(try await hasher.verify(password, against: one))
        #expect(try await hasher.verify(Password("correct horsf"), against: one) == false)
    }

    @Test func interactiveCostIsWrittenIntoTheHash() async throws {
        let hasher = try PasswordHasher(.init(hashesAtOnceMax: 1))
        let hash = try await hasher.hash(Password("correct horse"))
        #expect(hash.contains("m=65536,t=2"))
    }

    @Test func withoutAnAccountTheAnswerIsFalse() async throws {
        #expect(try await Self.hasher().verify(Password("anything"), against: nil) == false)
    }

    @Test func garbageInPlaceOfAHashIsFalse() async throws {
        #expect(try await Self.hasher().verify(Password("anything"), against: "not a hash") == false)
    }

    @Test func sameKeysGiveTheSamePasswordInEitherForm() async throws {
        let hasher = try Self.hasher()
        let hash = try await hasher.hash(Password("caf\u{E9}-pass"))
        #expect(try await hasher.verify(Password("cafe\u{301}-pass"), against: hash))
    }

    @Test func afterStopEveryCallIsRefused() async throws {
        let hasher = try Self.hasher()
        hasher.stop()
        await #expect(throws: PasswordHasherError.stopped) { try await hasher.hash(Password("anything")) }
    }
}

@Suite struct PasswordTests {
    @Test func lengthIsCheckedAtBothLimitsAndOnePast() throws {
        _ = try Password("12345678", charactersMin: 8)
        _ = try Password(String(repeating: "a", count: Password.bytesMax))
        #expect(#expect(throws: TextRefusal.self) { try Password("1234567", charactersMin: 8) }?.cause == .tooShort)
        #expect(#expect(throws: TextRefusal.self) { try Password("") }?.cause == .empty)
        let long = String(repeating: "a", count: Password.bytesMax + 1)
        #expect(#expect(throws: TextRefusal.self) { try Password(long) }?.cause == .tooLong)
    }

    @Test func neverPrintsItself() throws {
        let password = try Password("secret-word")
        #expect(!"\(password)".contains("secret"))
        #expect(!String(reflecting: password).contains("secret"))
    }
}
