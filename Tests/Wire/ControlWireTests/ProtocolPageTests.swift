import Foundation
import Testing

@testable import ControlWire

/// `Documentation/Protocol.md` is all that a client writer has: it leaves out nothing that this module reads or writes.
@Suite struct ProtocolPageTests {
    private static let page: String = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "../../../Documentation/Protocol.md")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    private func missing(_ words: some Sequence<String>) -> [String] {
        words.filter { !Self.page.contains("`\($0)`") }.sorted()
    }

    @Test func everyVariantIsOnThePage() {
        #expect(missing(ControlMessage.variantNames) == [])
    }

    @Test func everyWordIsOnThePage() {
        #expect(missing(ErrorCode.allCases.map(\.rawValue)) == [])
        #expect(missing(VoiceErrorCode.allCases.map(\.rawValue)) == [])
        #expect(missing(VoiceLeaveReason.allCases.map(\.rawValue)) == [])
        #expect(missing(RoomKind.allCases.map(\.rawValue)) == [])
        #expect(missing(RoomRemoval.Action.allCases.map(\.rawValue)) == [])
        #expect(missing(SearchOrder.allCases.map(\.rawValue)) == [])
    }

    /// Of all fields in the examples, whatever their depth.
    @Test func everyFieldIsOnThePage() throws {
        var names: Set<String> = []
        for example in ControlMessageExamples.all {
            let json = try JSONSerialization.jsonObject(with: Data(example.json.utf8), options: .fragmentsAllowed)
            Self.collect(json, into: &names)
        }
        #expect(names.count > 60)
        #expect(missing(names) == [])
    }

    private static func collect(_ json: Any, into names: inout Set<String>) {
        if let object = json as? [String: Any] {
            names.formUnion(object.keys)
            for value in object.values { collect(value, into: &names) }
        } else if let array = json as? [Any] {
            for value in array { collect(value, into: &names) }
        }
    }
}
