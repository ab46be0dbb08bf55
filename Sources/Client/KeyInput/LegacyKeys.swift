/// Keys as terminals have sent them since the VT100 (xterm control sequences, “PC-Style Function Keys”; rxvt and the Linux
/// console where they differ: `console_codes(4)`).
enum LegacyKeys {
    /// A byte below 0x20, or DEL; ESC is not for here.
    static func control(_ byte: UInt8) -> KeyStroke {
        switch byte {
        case 0x00: KeyStroke(.character(" "), .control)
        // Backspace where the terminal says so, Ctrl-H elsewhere: the same thing to everybody's fingers.
        case 0x08, 0x7F: KeyStroke(.backspace)
        case 0x09: KeyStroke(.tab)
        case 0x0D: KeyStroke(.enter)
        case 0x01...0x1A: KeyStroke(.character(Character(Unicode.Scalar(byte + 0x60))), .control)
        default: KeyStroke(.character(Character(Unicode.Scalar(byte + 0x40))), .control)
        }
    }

    /// CSI number `~`.
    static func numbered(_ number: Int) -> Key? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23...26: .function(number - 12)
        case 28, 29: .function(number - 13)
        case 31...34: .function(number - 14)
        default: nil
        }
    }

    /// CSI and a letter, or SS3 and a letter.
    static func lettered(_ letter: UInt8) -> KeyStroke? {
        switch letter {
        case UInt8(ascii: "A"): KeyStroke(.up)
        case UInt8(ascii: "B"): KeyStroke(.down)
        case UInt8(ascii: "C"): KeyStroke(.right)
        case UInt8(ascii: "D"): KeyStroke(.left)
        case UInt8(ascii: "F"): KeyStroke(.end)
        case UInt8(ascii: "H"): KeyStroke(.home)
        case UInt8(ascii: "P")...UInt8(ascii: "S"): KeyStroke(.function(Int(letter - UInt8(ascii: "P")) + 1))
        case UInt8(ascii: "Z"): KeyStroke(.tab, .shift)
        default: nil
        }
    }

    /// SS3 and a letter: those above, rxvt's arrows with control, and the keypad in application mode.
    static func singleShifted(_ letter: UInt8) -> KeyStroke? {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "d"): arrow(letter, .control)
        case UInt8(ascii: "M"): KeyStroke(.enter)
        case UInt8(ascii: "I"): KeyStroke(.tab)
        case UInt8(ascii: "X"): KeyStroke(.character("="))
        case UInt8(ascii: "j")...UInt8(ascii: "y"): KeyStroke(.character(keypad[Int(letter - UInt8(ascii: "j"))]))
        default: lettered(letter)
        }
    }

    /// rxvt's arrows: `a` to `d`.
    static func arrow(_ letter: UInt8, _ modifiers: KeyModifiers) -> KeyStroke? {
        lettered(letter - 0x20).map { KeyStroke($0.key, modifiers) }
    }

    /// The Linux console's F1 to F5: CSI `[` and `A` to `E`.
    static func console(_ letter: UInt8) -> Key? {
        guard (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(letter) else { return nil }
        return .function(Int(letter - UInt8(ascii: "A")) + 1)
    }

    private static let keypad: [Character] = Array("*+,-./0123456789")
}
