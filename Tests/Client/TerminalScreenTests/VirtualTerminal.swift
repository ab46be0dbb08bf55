import CellScreen

/// Shows on a grid what a terminal would show: no more of it than is written by us, and anything else is an issue.
struct VirtualTerminal {
    private(set) var grid: CellGrid
    private(set) var issues: [String] = []
    /// Columns of a character whose width terminals do not agree on; nil: as the grid has it.
    var disputedColumns: Int?
    private var row = 0
    private var column = 0
    private var style = Style()
    private var isCursorVisible = true

    init(columns: Int, rows: Int, disputedColumns: Int? = nil) {
        grid = CellGrid(columns: columns, rows: rows)
        self.disputedColumns = disputedColumns
    }

    mutating func take(_ bytes: [UInt8]) {
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            guard scalar.value < 0x20 else {
                text.append(scalar)
                continue
            }
            write(text)
            text = .init()
            switch scalar {
            case "\r": column = 0
            case "\u{1B}": takeSequence(&rest)
            default: issues.append("control \(scalar.value)")
            }
        }
        write(text)
        grid.cursor = isCursorVisible ? Position(row: row, column: column) : nil
    }

    private mutating func write(_ text: String.UnicodeScalarView) {
        for character in String(text) {
            let cell = Cell(text: String(character))
            let place = Position(row: row, column: column)
            if let disputedColumns, cell.hasDisputedWidth {
                grid.put(disputedColumns == 1 ? "?" : "??", at: place, style: style)
                column += disputedColumns
            } else {
                column += grid.put(String(character), at: place, style: style)
            }
        }
        if column > grid.columns { issues.append("wrote over the edge") }
    }

    private mutating func takeSequence(_ rest: inout Substring.UnicodeScalarView) {
        let kind = rest.popFirst()
        if kind == "]" {
            let body = String(rest.prefix { $0 != "\u{1B}" })
            rest = rest.dropFirst(body.unicodeScalars.count + 2)
            guard body.hasPrefix("8;") else { return issues.append("OSC \(body)") }
            style.link = grid.link(
                to: body.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false).last.map(String.init)
                    ?? "")
            return
        }
        if kind == "(" {
            // The usual characters, in place of line drawing.
            if rest.popFirst() != "B" { issues.append("character set") }
            return
        }
        guard kind == "[" else { return issues.append("escape \(kind.map(String.init) ?? "at the end")") }
        let body = String(rest.prefix { $0.value < 0x40 })
        rest = rest.dropFirst(body.unicodeScalars.count)
        guard let final = rest.popFirst() else { return issues.append("sequence without end") }
        let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
        let first = numbers.first.flatMap { $0 } ?? 1
        switch (body.hasPrefix("?"), final) {
        case (true, "h"), (true, "l"): if body == "?25" { isCursorVisible = final == "h" }
        case (_, "H"): (row, column) = (first - 1, (numbers.count > 1 ? numbers[1] ?? 1 : 1) - 1)
        case (_, "G"): column = first - 1
        case (_, "C"): column += first
        case (_, "J"), (_, "K"): erase(final, body)
        case (_, "m"): takeStyle(numbers)
        default: issues.append("CSI \(body)\(final)")
        }
    }

    private mutating func erase(_ final: Unicode.Scalar, _ body: String) {
        var blank = Style()
        blank.background = style.background
        if final == "J", body == "2" {
            grid.fill(grid.bounds, style: blank)
        } else if final == "K", body.isEmpty {
            grid.fill(CellRectangle(row: row, column: column, columns: grid.columns - column, rows: 1), style: blank)
        } else {
            issues.append("erase \(body)\(final)")
        }
    }

    private mutating func takeStyle(_ numbers: [Int?]) {
        var rest = numbers[...]
        while let number = rest.popFirst() {
            switch number ?? 0 {
            case 0:
                let link = style.link
                style = Style()
                style.link = link
            case 1: style.isBold = true
            case 2: style.isDim = true
            case 3: style.isItalic = true
            case 4: style.isUnderlined = true
            case 7: style.isReversed = true
            case let code where (30...37).contains(code): style.foreground = .indexed(UInt8(code - 30))
            case let code where (40...47).contains(code): style.background = .indexed(UInt8(code - 40))
            case let code where (90...97).contains(code): style.foreground = .indexed(UInt8(code - 82))
            case let code where (100...107).contains(code): style.background = .indexed(UInt8(code - 92))
            case 38: style.foreground = color(&rest)
            case 48: style.background = color(&rest)
            case let code: issues.append("SGR \(code)")
            }
        }
    }

    private mutating func color(_ rest: inout ArraySlice<Int?>) -> Color {
        let kind = rest.popFirst() ?? nil
        let parts = rest.prefix(kind == 2 ? 3 : 1).map { UInt8($0 ?? 0) }
        rest = rest.dropFirst(parts.count)
        return kind == 2 && parts.count == 3 ? .rgb(parts[0], parts[1], parts[2]) : .indexed(parts.first ?? 0)
    }
}
