import KeyInput
import Testing

struct LegacyKeyTests {
    static let keys: [(String, Key, KeyModifiers)] = [
        // CSI and SS3, as cursor keys are sent in both modes.
        ("\u{1B}[A", .up, []), ("\u{1B}OB", .down, []), ("\u{1B}[C", .right, []), ("\u{1B}OD", .left, []),
        ("\u{1B}[H", .home, []), ("\u{1B}OF", .end, []), ("\u{1B}[1~", .home, []), ("\u{1B}[4~", .end, []),
        ("\u{1B}[7~", .home, []), ("\u{1B}[8~", .end, []), ("\u{1B}[2~", .insert, []), ("\u{1B}[3~", .delete, []),
        ("\u{1B}[5~", .pageUp, []), ("\u{1B}[6~", .pageDown, []),
        // Modifiers.
        ("\u{1B}[1;5A", .up, .control), ("\u{1B}[1;2B", .down, .shift), ("\u{1B}[1;3C", .right, .alt),
        ("\u{1B}[1;8D", .left, [.control, .alt, .shift]), ("\u{1B}[3;5~", .delete, .control),
        ("\u{1B}[6;2~", .pageDown, .shift), ("\u{1B}[1;9A", .up, .superKey), ("\u{1B}[1;33A", .up, .alt),
        ("\u{1B}O5A", .up, .control), ("\u{1B}O1;2P", .function(1), .shift), ("\u{1B}[Z", .tab, .shift),
        // Function keys: xterm, VT220 and rxvt, Linux console.
        ("\u{1B}OP", .function(1), []), ("\u{1B}OQ", .function(2), []), ("\u{1B}OR", .function(3), []),
        ("\u{1B}OS", .function(4), []), ("\u{1B}[11~", .function(1), []), ("\u{1B}[12~", .function(2), []),
        ("\u{1B}[13~", .function(3), []), ("\u{1B}[14~", .function(4), []), ("\u{1B}[15~", .function(5), []),
        ("\u{1B}[17~", .function(6), []), ("\u{1B}[18~", .function(7), []), ("\u{1B}[19~", .function(8), []),
        ("\u{1B}[20~", .function(9), []), ("\u{1B}[21~", .function(10), []), ("\u{1B}[23~", .function(11), []),
        ("\u{1B}[24~", .function(12), []), ("\u{1B}[34~", .function(20), []), ("\u{1B}[[A", .function(1), []),
        ("\u{1B}[[E", .function(5), []), ("\u{1B}[1;5P", .function(1), .control),
        ("\u{1B}[1;2R", .function(3), .shift), ("\u{1B}[24;6~", .function(12), [.control, .shift]),
        // rxvt.
        ("\u{1B}[a", .up, .shift), ("\u{1B}Od", .left, .control), ("\u{1B}[3^", .delete, .control),
        ("\u{1B}[5$", .pageUp, .shift), ("\u{1B}[6@", .pageDown, [.control, .shift]), ("\u{1B}\u{1B}[A", .up, .alt),
        ("\u{1B}\u{1B}OP", .function(1), .alt),
        // The keypad in application mode.
        ("\u{1B}OM", .enter, []), ("\u{1B}Op", .character("0"), []), ("\u{1B}Oy", .character("9"), []),
        ("\u{1B}Ok", .character("+"), []), ("\u{1B}Oj", .character("*"), []), ("\u{1B}OX", .character("="), []),
        // Controls.
        ("\u{0}", .character(" "), .control), ("\u{1}", .character("a"), .control),
        ("\u{3}", .character("c"), .control), ("\u{1A}", .character("z"), .control), ("\u{8}", .backspace, []),
        ("\u{7F}", .backspace, []), ("\t", .tab, []), ("\r", .enter, []), ("\n", .character("j"), .control),
        ("\u{1C}", .character("\\"), .control), ("\u{1F}", .character("_"), .control),
        // Alt.
        ("\u{1B}m", .character("m"), .alt), ("\u{1B}M", .character("M"), .alt), ("\u{1B}é", .character("é"), .alt),
        ("\u{1B} ", .character(" "), .alt), ("\u{1B}\r", .enter, .alt), ("\u{1B}\u{7F}", .backspace, .alt),
        ("\u{1B}\u{3}", .character("c"), [.alt, .control]),
        // xterm's modifyOtherKeys, in both forms.
        ("\u{1B}[27;5;13~", .enter, .control), ("\u{1B}[27;6;65~", .character("A"), .control),
        ("\u{1B}[27;3;109~", .character("m"), .alt), ("\u{1B}[109;5u", .character("m"), .control),
    ]

    @Test(arguments: keys)
    func `a key is known by its bytes, whole or in pieces`(bytes: String, key: Key, modifiers: KeyModifiers) {
        for pieceBytes in [1, 2, 3, 1_000] {
            #expect(decoded(bytes, pieceBytes: pieceBytes) == [pressed(key, modifiers)], "pieces of \(pieceBytes)")
        }
        // The next key is its own.
        #expect(decoded(bytes + "x") == [pressed(key, modifiers), pressed("x")])
    }

    @Test(arguments: [
        "\u{1B}[12;40R", "\u{1B}[E", "\u{1B}[99~", "\u{1B}[~", "\u{1B}[?2026;2$y", "\u{1B}[>1;10;0c", "\u{1B}[[Z",
        "\u{1B}[<35;12;3M", "\u{1B}[<0;12;3m", "\u{1B}[M #!", "\u{1B}[32;12;3M", "\u{1B}[201~", "\u{1B}[3;3I",
        "\u{1B}]11;rgb:0000/0000/0000\u{7}", "\u{1B}]10;rgb:ffff/ffff/ffff\u{1B}\\", "\u{1B}P1+r524742=38\u{1B}\\",
        "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}[8;24;80t", "\u{1B}Oz", "\u{1B}[1;2;3;4;5;6X",
    ])
    func `what is no key is passed over whole`(bytes: String) {
        for pieceBytes in [1, 2, 1_000] {
            #expect(decoded(bytes + "x", pieceBytes: pieceBytes) == [pressed("x")], "pieces of \(pieceBytes)")
        }
    }
}
