import Foundation
import Testing

/// The screens that the manual shows are those that the client draws: `Documentation/TerminalClient.md` names the golden file of
/// each (`<!-- screen: NAME -->`) above its block.
struct DocumentedScreenTests {
    @Test func `the manual shows what the client draws`() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let manual = tests.appending(path: "../../../Documentation/TerminalClient.md").standardized
        let text = try String(contentsOf: manual, encoding: .utf8)
        var shown = 0
        var rewritten = text
        for match in text.matches(of: /<!-- screen: ([a-z0-9-]+) -->\n```\n((?s:.*?))\n```/) {
            shown += 1
            let file = tests.appending(path: "Screens/\(match.1).txt")
            let golden = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\nattributes:")[0]
            rewritten = rewritten.replacing(
                match.0, with: "<!-- screen: \(match.1) -->\n```\n\(golden)\n```", maxReplacements: 1)
            guard ProcessInfo.processInfo.environment[Golden.rewriteVariable] == nil else { continue }
            #expect(match.2 == golden, "\(match.1): set \(Golden.rewriteVariable)=1 to put the screen of today there")
        }
        #expect(shown >= 5)
        if ProcessInfo.processInfo.environment[Golden.rewriteVariable] != nil {
            try rewritten.write(to: manual, atomically: true, encoding: .utf8)
        }
    }
}
