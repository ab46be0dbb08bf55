import Foundation
import HTTPTypes
import Testing

@testable import Operations

/// The document, the routes and the page in the repository say the same.
@Suite struct OpenAPITests {
    private func document() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(OpenAPIDocument.bytes)) as? [String: Any])
    }

    @Test func everyRouteIsDescribedAndNothingElse() throws {
        let paths = try #require(try document()["paths"] as? [String: [String: Any]])
        let described = paths.flatMap { path, methods in methods.keys.map { "\($0) \(path)" } }
        let routes = AdministrationRoute.all.map { "\($0.method.rawValue.lowercased()) \($0.path)" }
        #expect(described.sorted() == routes.sorted())
        #expect(Set(AdministrationRoute.all.map(\.operation)).count == routes.count)
    }

    /// A name without an object behind it is of no use.
    @Test func everyReferenceLeadsToASchema() throws {
        let schemas = Set(APISchema.all.map(\.name))
        #expect(schemas.count == APISchema.all.count)
        let text = String(decoding: OpenAPIDocument.bytes, as: UTF8.self)
        let references = text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/).map { String($0.1) }
        #expect(!references.isEmpty && Set(references).isSubset(of: schemas))
        for schema in schemas { #expect(references.contains(schema), "\(schema) is used nowhere") }
    }

    @Test func thePageInTheRepositoryIsTheDocument() throws {
        let page = try inRepository("Documentation/openapi.json")
        let kept = try #require(try JSONSerialization.jsonObject(with: Data(page.utf8)) as? NSDictionary)
        let made = try document() as NSDictionary
        #expect(kept == made)
    }
}

/// The text of a file of the repository.
func inRepository(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return try String(contentsOf: folder.appending(path: "../../../" + name), encoding: .utf8)
}
