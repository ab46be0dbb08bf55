import KeyInput
import Testing

struct KittyKeyTests {
    static let keys: [(String, Key, KeyModifiers, KeyAction)] = [
        // Text keys: code:shifted:base ; modifiers:event ; text.
        ("\u{1B}[32;1:1;32u", .character(" "), [], .press), ("\u{1B}[32;1:2;32u", .character(" "), [], .repetition),
        ("\u{1B}[32;1:3u", .character(" "), [], .release), ("\u{1B}[32;2:3u", .character(" "), [], .release),
        ("\u{1B}[97u", .character("a"), [], .press), ("\u{1B}[97:65;2;65u", .character("A"), [], .press),
        ("\u{1B}[97:65;2:3u", .character("A"), [], .release), ("\u{1B}[97;2u", .character("A"), [], .press),
        ("\u{1B}[49:33;2;33u", .character("!"), [], .press), ("\u{1B}[49:33;2:3u", .character("!"), [], .release),
        ("\u{1B}[97;65;65u", .character("A"), [], .press), ("\u{1B}[97;65:3u", .character("A"), [], .release),
        ("\u{1B}[97;129;97u", .character("a"), [], .press), ("\u{1B}[113;1;64u", .character("@"), [], .press),
        ("\u{1B}[223;2;7838u", .character("ẞ"), [], .press), ("\u{1B}[0;;233u", .character("é"), [], .press),
        ("\u{1B}[101;;101:769u", .character("e\u{301}"), [], .press),
        // Shortcuts, on a Cyrillic keyboard too.
        ("\u{1B}[99;5u", .character("c"), .control, .press), ("\u{1B}[99:67;6u", .character("C"), .control, .press),
        ("\u{1B}[1089::99;5u", .character("c"), .control, .press),
        ("\u{1B}[1089:1057:99;6u", .character("C"), .control, .press),
        ("\u{1B}[1089::99;1;1089u", .character("с"), [], .press), ("\u{1B}[109;3u", .character("m"), .alt, .press),
        ("\u{1B}[109;33u", .character("m"), .alt, .press), ("\u{1B}[109;9u", .character("m"), .superKey, .press),
        ("\u{1B}[32;5u", .character(" "), .control, .press), ("\u{1B}[61:43;6u", .character("+"), .control, .press),
        // Keys without text.
        ("\u{1B}[13u", .enter, [], .press), ("\u{1B}[13;2:1u", .enter, .shift, .press),
        ("\u{1B}[13;1:3u", .enter, [], .release), ("\u{1B}[9;2u", .tab, .shift, .press),
        ("\u{1B}[127;5u", .backspace, .control, .press), ("\u{1B}[27u", .escape, [], .press),
        ("\u{1B}[27;1:3u", .escape, [], .release), ("\u{1B}[57376u", .function(13), [], .press),
        ("\u{1B}[57398;1:3u", .function(35), [], .release),
        // Old forms with an event.
        ("\u{1B}[1;1:3A", .up, [], .release), ("\u{1B}[1;5:2D", .left, .control, .repetition),
        ("\u{1B}[1;1:3P", .function(1), [], .release), ("\u{1B}[3;1:3~", .delete, [], .release),
        ("\u{1B}[15;1:2~", .function(5), [], .repetition), ("\u{1B}[13;1:3~", .function(3), [], .release),
        ("\u{1B}[P", .function(1), [], .press), ("\u{1B}[1;129A", .up, [], .press),
        // The keypad.
        ("\u{1B}[57399;129;48u", .character("0"), [], .press), ("\u{1B}[57408;129:3u", .character("9"), [], .release),
        ("\u{1B}[57414u", .enter, [], .press), ("\u{1B}[57415u", .character("="), [], .press),
        ("\u{1B}[57416u", .character(","), [], .press), ("\u{1B}[57417u", .left, [], .press),
        ("\u{1B}[57426;1:3u", .delete, [], .release), ("\u{1B}[57421;5u", .pageUp, .control, .press),
        // Modifiers by themselves.
        ("\u{1B}[57441;2u", .modifier(.leftShift), [], .press),
        ("\u{1B}[57442;5:1u", .modifier(.leftControl), [], .press),
        ("\u{1B}[57442;5:3u", .modifier(.leftControl), [], .release),
        ("\u{1B}[57443;3u", .modifier(.leftAlt), [], .press), ("\u{1B}[57444;9u", .modifier(.leftSuper), [], .press),
        ("\u{1B}[57447;6u", .modifier(.rightShift), .control, .press),
        ("\u{1B}[57448;5:3u", .modifier(.rightControl), [], .release),
        ("\u{1B}[57449;1:3u", .modifier(.rightAlt), [], .release), ("\u{1B}[57453u", .modifier(.rightAlt), [], .press),
    ]

    @Test(arguments: keys)
    func `a key is known by its number, whole or in pieces`(
        bytes: String, key: Key, modifiers: KeyModifiers, action: KeyAction
    ) {
        for pieceBytes in [1, 3, 1_000] {
            #expect(decoded(bytes, pieceBytes: pieceBytes) == [.key(KeyStroke(key, modifiers), action)])
        }
    }

    @Test func `an input method's words are characters`() {
        #expect(decoded("\u{1B}[0;;26085:26412u") == [pressed("日"), pressed("本")])
        let long = (0..<100).map { _ in "26085" }.joined(separator: ":")
        #expect(decoded("\u{1B}[0;;\(long)u").count == 100)
    }

    @Test(arguments: [
        "\u{1B}[57358u", "\u{1B}[57427u", "\u{1B}[57440u", "\u{1B}[57445u", "\u{1B}[57454u", "\u{1B}[60000u",
        "\u{1B}[0u", "\u{1B}[u", "\u{1B}[55296u", "\u{1B}[99999999999999999999u", "\u{1B}[0;;27:7u", "\u{1B}[133u",
        "\u{1B}[-5u",
    ])
    func `keys without meaning here, and numbers that are none, are passed over`(bytes: String) {
        #expect(decoded(bytes + "x") == [pressed("x")])
    }

    @Test func `the terminal says whether it reports releases`() {
        #expect(decoded("\u{1B}[?0u\u{1B}[?62;4c") == [.reportsReleases(true)])
        #expect(decoded("\u{1B}[?31u\u{1B}[?62;4cx", pieceBytes: 1) == [.reportsReleases(true), pressed("x")])
        #expect(decoded("\u{1B}[?1;2c") == [.reportsReleases(false)])
        // Each answer counts for itself.
        #expect(
            decoded("\u{1B}[?0u\u{1B}[?62c\u{1B}[?62c") == [.reportsReleases(true), .reportsReleases(false)])
    }

    @Test func `focus comes and goes`() {
        #expect(decoded("\u{1B}[I\u{1B}[Ox", pieceBytes: 1) == [.focus(true), .focus(false), pressed("x")])
    }
}
