import KeyInput
import Testing

struct KeySpellingTests {
    static let spellings: [(String, Key, KeyModifiers)] = [
        ("ctrl-space", .character(" "), .control), ("f5", .function(5), []), ("F12", .function(12), []),
        ("leftctrl", .modifier(.leftControl), []), ("rightalt", .modifier(.rightAlt), []),
        ("alt-m", .character("m"), .alt), ("space", .character(" "), []), ("m", .character("m"), []),
        ("shift-m", .character("M"), []), ("Ctrl-Shift-A", .character("A"), .control), ("é", .character("é"), []),
        ("-", .character("-"), []), ("ctrl--", .character("-"), .control),
        ("ctrl-alt-delete", .delete, [.control, .alt]),
        ("shift-tab", .tab, .shift), ("super-pageup", .pageUp, .superKey), ("control-esc", .escape, .control),
        ("!", .character("!"), []), ("ctrl-f", .character("f"), .control), ("f", .character("f"), []),
        ("f35", .function(35), []), ("shift-é", .character("É"), []),
    ]

    @Test(arguments: spellings)
    func `a key is read as it is spelled`(text: String, key: Key, modifiers: KeyModifiers) {
        #expect(KeyStroke(parsing: text) == KeyStroke(key, modifiers))
    }

    @Test(arguments: [
        "", "ctrl-", "ctrl", "f0", "f36", "f05", "f-1", "hyper-a", "ctrl-ctrl-a", "ab", "ctrl-ab", "shift-1",
        "shift-space", "ctrl-\u{1B}", "\u{7}", " -a", "leftcontrol ",
    ])
    func `what is no key is refused`(text: String) {
        #expect(KeyStroke(parsing: text) == nil)
    }

    @Test func `every key that is told is read again`() {
        var keys: [Key] = [
            .enter, .escape, .tab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end, .pageUp,
            .pageDown,
        ]
        keys += (1...35).map { .function($0) } + ModifierKey.allCases.map { .modifier($0) }
        let letters = (0x20...0x2FFF).compactMap(Unicode.Scalar.init).filter {
            $0.properties.generalCategory != .control
        }
        // A mark that joins the character before it is no key that could be written.
        keys += letters.map { Character($0) }.filter { "-\($0)".count == 2 }.map { .character($0) }
        for key in keys {
            for modifiers: KeyModifiers in [[], .control, [.alt, .superKey]] {
                let stroke = KeyStroke(key, modifiers)
                #expect(KeyStroke(parsing: stroke.description) == stroke, "“\(stroke)”")
            }
        }
    }

    @Test func `the spelling is the usual one`() {
        #expect(KeyStroke(.character(" "), [.control, .alt]).description == "ctrl-alt-space")
        #expect(KeyStroke(.character("M"), .alt).description == "alt-shift-m")
        #expect(KeyStroke(.tab, .shift).description == "shift-tab")
        #expect(KeyStroke(.modifier(.rightControl)).description == "rightctrl")
    }
}
