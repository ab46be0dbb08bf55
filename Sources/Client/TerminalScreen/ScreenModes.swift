/// What a terminal is told when the screen is taken, and when it is given back. Pure.
struct ScreenModes: Sendable {
    let capabilities: TerminalCapabilities

    /// Takes the screen.
    /// - Parameter hasKeyboard: it has the kitty keyboard protocol; nil: it is asked.
    func enter(hasKeyboard: Bool?) -> [UInt8] {
        var bytes = capabilities.enterScreen + capabilities.disableWrap
        guard capabilities.hasModes else { return bytes }
        bytes += TerminalExtensions.enablePasteMarks + TerminalExtensions.enableFocusReports
        bytes += TerminalExtensions.keepOrder
        // Behind the change of screens: each has keyboard modes of its own.
        switch hasKeyboard {
        case nil: bytes += TerminalExtensions.askForKeyboard + TerminalExtensions.askForAttributes
        case true?: bytes += TerminalExtensions.pushKeyboard
        case false?: break
        }
        return bytes
    }

    /// The same for a screen that was never given back, in case that somebody else changed it.
    func enterAgain(hasKeyboard: Bool?) -> [UInt8] {
        enter(hasKeyboard: false) + (hasKeyboard == true ? TerminalExtensions.setKeyboard : [])
    }

    /// Gives the screen back, whatever is under way on it.
    func leave(hasKeyboard: Bool?) -> [UInt8] {
        var bytes: [UInt8] = []
        if capabilities.hasModes {
            bytes += TerminalExtensions.endString
            if hasKeyboard == true { bytes += TerminalExtensions.popKeyboard }
            bytes += TerminalExtensions.turnAround
            bytes += TerminalExtensions.disableFocusReports + TerminalExtensions.disablePasteMarks
            if capabilities.hasLinks { bytes += TerminalExtensions.endLink }
        }
        bytes += capabilities.resetStyle + capabilities.enableWrap
        // Without a second screen there is no old one to come back to.
        bytes += capabilities.leaveScreen.isEmpty ? capabilities.clear : capabilities.leaveScreen
        bytes += capabilities.showCursor
        if capabilities.hasModes { bytes += TerminalExtensions.endFrame }
        return bytes
    }
}
