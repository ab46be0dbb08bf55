import Testing

@testable import Operations

@Suite struct PrintedTokenTests {
    private struct Holder { let token: AdministrationToken }

    @Test func theTokenIsNotPrinted() throws {
        let token = try #require(AdministrationToken(Array(AdministeredServer.token.utf8)))
        for text in ["\(token)", "\(Holder(token: token))", String(reflecting: Holder(token: token))] {
            #expect(!text.contains("48, 49") && !text.contains("0123"), "\(text)")
        }
    }
}
