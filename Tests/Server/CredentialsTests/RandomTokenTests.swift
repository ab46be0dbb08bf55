import Credentials
import Testing

@Suite struct RandomTokenTests {
    @Test func tokensHaveTheirLengthAndDiffer() {
        let tokens = (0..<100).map { _ in RandomToken.bytes(count: 16) }
        #expect(tokens.allSatisfy { $0.count == 16 })
        #expect(Set(tokens).count == 100)
    }
}
