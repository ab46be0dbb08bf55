import CellScreen

/// Makes the bytes that bring a terminal from one grid to the next. Pure but for its memory of where the terminal's cursor stands and
/// how it writes.
struct ScreenEncoder: Sendable {
    private let capabilities: TerminalCapabilities
    private let mapping: ColorMapping
    /// Nil: unknown.
    private var position: Position?
    private var style: Style?
    private var isCursorVisible: Bool?
    private var bytes: [UInt8] = []

    init(_ capabilities: TerminalCapabilities) {
        self.capabilities = capabilities
        mapping = ColorMapping(colorCount: capabilities.colorCount)
    }

    /// Somebody else may have written: nothing is known any more.
    mutating func forget() {
        position = nil
        style = nil
        isCursorVisible = nil
    }

    /// What shows `grid`; nothing if it is shown already.
    /// - Parameters:
    ///   - changes: what differs from what the terminal shows.
    ///   - clears: erases everything first; `changes` are then the whole grid.
    mutating func frame(_ changes: [GridChange], of grid: CellGrid, clears: Bool) -> [UInt8] {
        defer { bytes = [] }
        let isSteady = changes.isEmpty && !clears
        if !isSteady || isCursorVisible == nil { setCursor(visible: false) }
        if clears {
            setStyle(Style(), grid)
            bytes += capabilities.clear
            position = Position(row: 0, column: 0)
        }
        for change in changes { write(change, of: grid) }
        endLink()
        if let cursor = grid.cursor {
            move(to: cursor)
            setCursor(visible: true)
        } else {
            setCursor(visible: false)
        }
        guard !isSteady, !bytes.isEmpty, capabilities.hasModes else { return bytes }
        return TerminalExtensions.beginFrame + bytes + TerminalExtensions.endFrame
    }

    private mutating func setCursor(visible isVisible: Bool) {
        guard isCursorVisible != isVisible else { return }
        bytes += isVisible ? capabilities.showCursor : capabilities.hideCursor
        isCursorVisible = isVisible
    }
}

// MARK: Cells

extension ScreenEncoder {
    private mutating func write(_ change: GridChange, of grid: CellGrid) {
        let blank = trailingBlank(of: change, grid)
        var column = change.position.column
        for (index, cell) in change.cells.prefix(blank?.index ?? change.cells.count).enumerated() {
            defer { column += 1 }
            // The right half of a wide character comes with its left one.
            guard !cell.text.isEmpty else { continue }
            let isWide = index + 1 < change.cells.count && change.cells[index + 1].text.isEmpty
            write(
                cell, isWide: isWide, at: Position(row: change.position.row, column: column), of: grid)
        }
        guard let blank else { return }
        move(to: Position(row: change.position.row, column: change.position.column + blank.index))
        setStyle(blank.style, grid)
        bytes += capabilities.eraseToLineEnd
    }

    private mutating func write(_ cell: Cell, isWide: Bool, at place: Position, of grid: CellGrid) {
        let end = place.column + (isWide ? 2 : 1)
        if capabilities.scrollsAtLastCell, place.row == grid.rows - 1, end == grid.columns { return }
        setStyle(cell.style, grid)
        move(to: place)
        if isWide, cell.hasDisputedWidth {
            // A terminal that takes it for narrow leaves the right half as it was.
            bytes += [0x20, 0x20]
            position = nil
            move(to: place)
        }
        if cell.text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            // A grid holds no such thing; a terminal must not get it in any case.
            bytes += Array("\u{FFFD}".utf8)
        } else {
            bytes += cell.text.utf8
        }
        // Behind the last column a terminal may be at either end of the edge.
        let isCertain = end < grid.columns && !cell.hasDisputedWidth
        position = isCertain ? Position(row: place.row, column: end) : nil
    }

    /// Where the blanks at the end of a row begin, if erasing them is shorter than writing.
    private func trailingBlank(of change: GridChange, _ grid: CellGrid) -> (index: Int, style: Style)? {
        guard change.position.column + change.cells.count == grid.columns, let last = change.cells.last,
            !capabilities.eraseToLineEnd.isEmpty
        else { return nil }
        let background = mapping(last.style.background)
        guard background == .standard || capabilities.erasesWithBackground else { return nil }
        let isBlank = { (cell: Cell) in
            cell.text == " " && cell.style.link == 0 && !cell.style.isReversed && !cell.style.isUnderlined
                && mapping(cell.style.background) == background
        }
        let count = change.cells.reversed().prefix { isBlank($0) }.count
        guard count > Self.writtenBlanksMax else { return nil }
        var style = Style()
        style.background = background
        return (change.cells.count - count, style)
    }

    /// As few blanks are written: that takes fewer bytes, and keeps the style.
    private static let writtenBlanksMax = 4
}

// MARK: Movement

extension ScreenEncoder {
    /// In as few bytes as there are.
    private mutating func move(to target: Position) {
        guard position != target else { return }
        var best = capabilities.cursorAddress(target.row, target.column)
        if let position, position.row == target.row {
            let distance = target.column - position.column
            var others = [capabilities.columnAddress(target.column)]
            if distance > 0 { others.append(capabilities.cursorRight(distance)) }
            if target.column == 0 { others.append(capabilities.carriageReturn) }
            for other in others where !other.isEmpty && other.count < best.count { best = other }
        }
        bytes += best
        position = target
    }
}

// MARK: Style

extension ScreenEncoder {
    private mutating func setStyle(_ wanted: Style, _ grid: CellGrid) {
        var wanted = wanted
        wanted.foreground = mapping(wanted.foreground)
        wanted.background = mapping(wanted.background)
        if !capabilities.hasLinks || wanted.link > grid.links.count { wanted.link = 0 }
        guard wanted != style else { return }
        if wanted.link != style?.link ?? 0 {
            endLink()
            if wanted.link > 0 {
                bytes += TerminalExtensions.beginLink(grid.links[Int(wanted.link) - 1], id: Int(wanted.link))
            }
        }
        var current = style ?? Style()
        if style == nil || current.needsReset(before: wanted) {
            bytes += capabilities.resetStyle
            current = Style()
        }
        add(\.isBold, capabilities.bold, from: current, to: wanted)
        add(\.isDim, capabilities.dim, from: current, to: wanted)
        add(\.isItalic, capabilities.italic, from: current, to: wanted)
        add(\.isUnderlined, capabilities.underline, from: current, to: wanted)
        add(\.isReversed, capabilities.reverse, from: current, to: wanted)
        if wanted.foreground != current.foreground { bytes += foreground(wanted.foreground) }
        if wanted.background != current.background { bytes += background(wanted.background) }
        style = wanted
    }

    private mutating func add(
        _ attribute: KeyPath<Style, Bool>, _ sequence: [UInt8], from current: Style, to wanted: Style
    ) {
        if wanted[keyPath: attribute], !current[keyPath: attribute] { bytes += sequence }
    }

    private mutating func endLink() {
        guard let link = style?.link, link > 0 else { return }
        bytes += TerminalExtensions.endLink
        style?.link = 0
    }

    /// Never for the terminal's own colour: that comes with the reset.
    private func foreground(_ color: Color) -> [UInt8] {
        switch byComponents(color) {
        case .standard: []
        case .indexed(let index): capabilities.foreground(Int(index))
        case .rgb(let red, let green, let blue): TerminalExtensions.foreground(red, green, blue)
        }
    }

    private func background(_ color: Color) -> [UInt8] {
        switch byComponents(color) {
        case .standard: []
        case .indexed(let index): capabilities.background(Int(index))
        case .rgb(let red, let green, let blue): TerminalExtensions.background(red, green, blue)
        }
    }

    /// Numbers that a terminal would take for red, green and blue are made what they stand for.
    private func byComponents(_ color: Color) -> Color {
        guard capabilities.isDirect, case .indexed(let index) = color, index >= 8 else { return color }
        let components = ColorMapping.components(index)
        return .rgb(UInt8(components.red), UInt8(components.green), UInt8(components.blue))
    }
}

extension Style {
    /// Attributes and colours are taken away all at once: terminfo has no way to take away one that every terminal knows.
    fileprivate func needsReset(before wanted: Style) -> Bool {
        (isBold && !wanted.isBold) || (isDim && !wanted.isDim) || (isItalic && !wanted.isItalic)
            || (isUnderlined && !wanted.isUnderlined) || (isReversed && !wanted.isReversed)
            || (foreground != .standard && wanted.foreground == .standard)
            || (background != .standard && wanted.background == .standard)
    }
}
