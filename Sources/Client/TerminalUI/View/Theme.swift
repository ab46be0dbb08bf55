import CellScreen

/// How parts of the screen look. Without colours (`NO_COLOR`) bold, reverse and marks say the same.
struct Theme: Equatable {
    /// What something is for, not how it looks.
    enum Role {
        case plain
        /// Less important than its neighbours.
        case quiet
        case strong
        /// The bar at the top.
        case title
        /// Lines between parts.
        case rule
        case heading
        /// The row that has the keys, and the conversation that is shown.
        case selection
        /// Meant for this person.
        case mention
        case unread
        case error
        case notice
        /// Is heard now.
        case talking
        /// Is not heard: muted, deafened.
        case silenced
        case link
        case good, fair, bad
    }

    let colors: Settings.Colors

    func style(_ role: Role) -> Style {
        var style = Style()
        switch role {
        case .plain: break
        case .quiet, .rule: style.isDim = true
        case .strong: style.isBold = true
        case .title:
            style.isBold = true
            if colors == .none {
                style.isReversed = true
            } else {
                (style.foreground, style.background) = (.indexed(15), .indexed(4))
            }
        case .heading, .notice:
            style.isBold = true
            style.foreground = color(bright: 14, dark: 4)
        case .selection: style.isReversed = true
        case .mention:
            style.isBold = true
            style.foreground = color(bright: 11, dark: 5)
        case .unread, .error, .silenced, .bad:
            style.isBold = true
            style.foreground = color(bright: 9, dark: 1)
        case .talking:
            style.isBold = true
            style.foreground = color(bright: 10, dark: 2)
        case .link:
            style.isUnderlined = true
            style.foreground = color(bright: 12, dark: 4)
        case .good: style.foreground = color(bright: 10, dark: 2)
        case .fair: style.foreground = color(bright: 11, dark: 3)
        }
        return style
    }

    /// The same person has the same colour everywhere, whatever the machine.
    func name(_ name: String, isOwn: Bool) -> Style {
        var style = Style()
        style.isBold = true
        guard colors != .none, !isOwn else { return style }
        // FNV-1a.
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let number = UInt8(1 + hash % 6)
        style.foreground = .indexed(colors == .dark ? number + 8 : number)
        return style
    }

    /// Of the 16 that every terminal with colours has: bright on dark ground, dark on light.
    private func color(bright: UInt8, dark: UInt8) -> Color {
        switch colors {
        case .dark: .indexed(bright)
        case .light: .indexed(dark)
        case .none: .standard
        }
    }
}
