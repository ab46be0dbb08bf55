import CNcurses
import Glibc
import Synchronization
import TerminalSupport

/// terminfo(5), read by libtinfo. That has one terminal at a time and buffers of its own, hence the lock; any thread.
enum Terminfo {
    private static let lock = Mutex(())

    /// - Throws: what to do about a terminal that is unknown or cannot place its cursor.
    static func capabilities(
        of terminal: String, output: Int32, environment: [String: String]
    ) throws(CommandFailure) -> TerminalCapabilities {
        let found = lock.withLock { _ -> TerminalCapabilities? in
            let previous = set_curterm(nil)
            var error: Int32 = 0
            guard setupterm(terminal, output, &error) == 0 else {
                set_curterm(previous)
                return nil
            }
            defer { del_curterm(set_curterm(previous)) }
            return read(terminal: terminal, environment)
        }
        guard let capabilities = found else {
            throw CommandFailure(
                .configuration,
                "the terminal “\(terminal)” is unknown: set TERM to one that is (xterm-256color), or use --plain.")
        }
        guard !capabilities.cursorAddress.isEmpty, !capabilities.clear.isEmpty else {
            throw CommandFailure(
                .configuration, "the terminal “\(terminal)” cannot place its cursor: use --plain, or set TERM.")
        }
        return capabilities
    }

    /// Fills numbers in. Allocates the result.
    static func expand(_ template: [CChar], _ first: Int, _ second: Int) -> [UInt8] {
        lock.withLock { _ in bytes(roomtone_expand_capability(template, first, second)) }
    }

    private static func read(terminal: String, _ environment: [String: String]) -> TerminalCapabilities {
        var capabilities = TerminalCapabilities()
        capabilities.enterScreen = string("smcup")
        capabilities.leaveScreen = string("rmcup")
        capabilities.clear = string("clear")
        capabilities.eraseToLineEnd = string("el")
        capabilities.hideCursor = string("civis")
        capabilities.showCursor = string("cnorm")
        capabilities.carriageReturn = string("cr")
        capabilities.bell = string("bel")
        capabilities.resetStyle = string("sgr0")
        capabilities.bold = string("bold")
        capabilities.dim = string("dim")
        capabilities.italic = string("sitm")
        capabilities.underline = string("smul")
        capabilities.reverse = string("rev")
        capabilities.cursorAddress = template("cup")
        capabilities.columnAddress = template("hpa")
        capabilities.cursorRight = template("cuf")
        capabilities.foreground = template("setaf")
        capabilities.background = template("setab")
        capabilities.erasesWithBackground = tigetflag("bce") > 0
        if tigetflag("am") > 0, tigetflag("xenl") <= 0 {
            capabilities.disableWrap = string("rmam")
            capabilities.enableWrap = string("smam")
            capabilities.scrollsAtLastCell = capabilities.disableWrap.isEmpty
        }
        let colors = max(Int(tigetnum("colors")), 0)
        capabilities.isDirect = colors > 256
        capabilities.hasLinks = capabilities.hasModes && colors >= 256
        capabilities.colorCount = ColorSupport.count(
            terminfoCount: colors, hasTrueColorFlag: tigetflag("RGB") > 0 || tigetflag("Tc") > 0, terminal: terminal,
            environment: environment)
        return capabilities
    }

    private static func string(_ name: String) -> [UInt8] { bytes(value(name)) }

    private static func template(_ name: String) -> ParameterisedCapability {
        ParameterisedCapability(
            template: value(name).map { [CChar](UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) } ?? [])
    }

    /// Nil when there is none: NULL, or −1 for what is no string.
    private static func value(_ name: String) -> UnsafeMutablePointer<CChar>? {
        guard let value = tigetstr(name), Int(bitPattern: value) != -1 else { return nil }
        return value
    }

    /// Without the delays, `$<5>`, of terminals that were slower than their lines: none that could show this is.
    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text else { return [] }
        var bytes: [UInt8] = []
        var rest = UnsafeBufferPointer(start: text, count: strlen(text))[...]
        while let first = rest.popFirst() {
            if first == CChar(bitPattern: UInt8(ascii: "$")), rest.first == CChar(bitPattern: UInt8(ascii: "<")),
                let end = rest.firstIndex(of: CChar(bitPattern: UInt8(ascii: ">")))
            {
                rest = rest[(end + 1)...]
            } else {
                bytes.append(UInt8(bitPattern: first))
            }
        }
        return bytes
    }
}
