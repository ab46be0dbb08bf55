import Testing

@testable import Credentials

/// Whoever prints a secret by mistake prints none: neither by itself, nor as a part of something else, nor for debugging.
@Suite struct PrintedSecretTests {
    private struct Holder<Secret> { let secret: Secret }

    private func printed<Secret>(_ secret: Secret) -> [String] {
        ["\(secret)", "\(Holder(secret: secret))", String(reflecting: secret), "\([secret])"]
    }

    @Test func passwordsAreNot() throws {
        let password = try Password("correct horse")
        for text in printed(password) {
            #expect(!text.contains("correct") && !text.contains("\(password.bytes[0]), "), "\(text)")
        }
    }

    @Test func tokensAreNot() throws {
        let digits = String(repeating: "ab", count: 32)
        let token = try #require(SecretToken(hexadecimal: digits))
        for text in printed(token) { #expect(!text.contains("abab") && !text.contains("171"), "\(text)") }
    }
}
