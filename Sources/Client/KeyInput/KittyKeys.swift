/// Keys by number, as the kitty keyboard protocol reports them (its specification, “Functional key definitions”).
enum KittyKeys {
    /// The protocol's own numbers lie in Unicode's private use area: they are no characters.
    static let functionalRange = 57_344...63_743

    /// The key of a number that is no character; nil for keys that mean nothing to us.
    static func functional(_ number: Int) -> Key? {
        switch number {
        case 9: .tab
        case 13, 57_414: .enter
        case 27: .escape
        case 127: .backspace
        case 57_376...57_398: .function(number - 57_363)
        case 57_399...57_413, 57_415, 57_416: .character(keypad[number - 57_399])
        case 57_417...57_426: keypadMoves[number - 57_417]
        case 57_441...57_444: .modifier(leftModifiers[number - 57_441])
        case 57_447...57_450: .modifier(rightModifiers[number - 57_447])
        // AltGr is what is printed on the right alt key of many keyboards.
        case 57_453: .modifier(.rightAlt)
        default: nil
        }
    }

    /// The modifier that a key is by itself: no part of how it was struck.
    static func own(_ key: ModifierKey) -> KeyModifiers {
        switch key {
        case .leftShift, .rightShift: .shift
        case .leftControl, .rightControl: .control
        case .leftAlt, .rightAlt: .alt
        case .leftSuper, .rightSuper: .superKey
        }
    }

    // The keypad's enter, 57414, stands between + and =; its place is filled.
    private static let keypad: [Character] = Array("0123456789./*-+\r=,")
    private static let keypadMoves: [Key] = [
        .left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .insert, .delete,
    ]
    private static let leftModifiers: [ModifierKey] = [.leftShift, .leftControl, .leftAlt, .leftSuper]
    private static let rightModifiers: [ModifierKey] = [.rightShift, .rightControl, .rightAlt, .rightSuper]
}
