/// What stands between CSI and the byte that ends it: numbers separated by semicolons, and by colons within
/// (ECMA-48 §5.4). Pure.
struct ControlSequence: Sendable {
    /// `?`, `<`, `=` or `>`: whose sequence it is; 0 for everybody's.
    let prefix: UInt8
    let final: UInt8
    private let parameters: [[Int?]]

    init(_ bytes: some Collection<UInt8>, final: UInt8) {
        self.final = final
        var rest = bytes[...]
        if let first = rest.first, (0x3C...0x3F).contains(first) {
            prefix = first
            rest = rest.dropFirst()
        } else {
            prefix = 0
        }
        parameters = rest.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { part in
            part.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { Self.number($0) }
        }
    }

    /// Nil where it was left out.
    func value(_ index: Int, _ part: Int = 0) -> Int? {
        guard index < parameters.count, part < parameters[index].count else { return nil }
        return parameters[index][part]
    }

    /// All numbers of a parameter.
    func values(_ index: Int) -> [Int] { index < parameters.count ? parameters[index].compactMap { $0 } : [] }

    /// Nothing but the final byte.
    var isBare: Bool { prefix == 0 && values(0).isEmpty && parameters.count <= 1 }

    /// The held modifiers of parameter 1: one more than the sum of their bits (xterm; kitty keyboard protocol, “Modifiers”).
    var modifierBits: Int { max((value(1) ?? 1) - 1, 0) }

    var modifiers: KeyModifiers {
        var modifiers: KeyModifiers = []
        let bits = modifierBits
        if bits & 1 != 0 { modifiers.insert(.shift) }
        // Meta, where a keyboard still has it, is what everybody else calls alt.
        if bits & 2 != 0 || bits & 32 != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        if bits & 8 != 0 { modifiers.insert(.superKey) }
        return modifiers
    }

    var hasCapsLock: Bool { modifierBits & 64 != 0 }

    var action: KeyAction {
        switch value(1, 1) {
        case 2: .repetition
        case 3: .release
        default: .press
        }
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var number = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = min(number * 10 + Int(digit - 0x30), numberMax)
        }
        return number
    }

    /// Beyond every key, character and modifier.
    private static let numberMax = 0xFF_FFFF
}
