import CellScreen
import Foundation
import TerminalUI
import Testing

/// Screens kept as text beside the tests. Look at them: they are what people see.
enum Golden {
    /// Set to anything, this writes the files anew in place of comparing; `git diff` then shows what changed.
    static let rewriteVariable = "ROOMTONE_REWRITE_SCREENS"

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Screens")

    /// Compares what the model looks like with `Screens/NAME.txt`.
    static func expect(_ model: Model, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let text = framed(View.draw(model))
        let file = folder.appendingPathComponent("\(name).txt")
        if ProcessInfo.processInfo.environment[rewriteVariable] != nil {
            #expect(throws: Never.self) { try Data(text.utf8).write(to: file) }
            return
        }
        let wanted = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(
            text == wanted, "\(name) looks different; set \(rewriteVariable)=1 if it is meant to\n\(text)",
            sourceLocation: sourceLocation)
    }

    /// The screen's rows; then, where any cell has them, rows of attributes: b bold, d dim, i italic, u underlined, r reversed
    /// (of several the last), and where the cursor stands.
    private static func framed(_ grid: CellGrid) -> String {
        var rows = [grid.text, "", "attributes:"]
        rows += (0..<grid.rows).map { row in
            var line = (0..<grid.columns).map { letter(grid[row, $0].style) }.joined()
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        rows.append("cursor: " + (grid.cursor.map { "\($0.row),\($0.column)" } ?? "hidden"))
        if !grid.links.isEmpty { rows.append("links: " + grid.links.joined(separator: " ")) }
        return rows.joined(separator: "\n") + "\n"
    }

    private static func letter(_ style: Style) -> String {
        if style.isReversed { return "r" }
        if style.isUnderlined { return "u" }
        if style.isItalic { return "i" }
        if style.isDim { return "d" }
        return style.isBold ? "b" : " "
    }
}
