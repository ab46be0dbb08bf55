/// How a character takes part in the direction of text: Bidi_Class of Unicode's standard annex 9, without the classes of
/// explicit controls, which never reach the screen, and of marks, which have joined their letter before.
enum BidiClass: UInt8, Sendable {
    /// L, R, AL: letters of both directions; Arabic ones have a say in what digits are.
    case leftToRight, rightToLeft, arabicLetter
    /// EN, AN.
    case europeanNumber, arabicNumber
    /// ES, ET, CS: what stands between and beside digits.
    case europeanSeparator, europeanTerminator, commonSeparator
    /// WS, ON.
    case whitespace, neutral

    var isNeutral: Bool { self == .whitespace || self == .neutral }

    /// Which way N1 counts it; nil for neutrals.
    var strongDirection: BidiClass? {
        switch self {
        case .leftToRight: .leftToRight
        case .rightToLeft, .arabicLetter, .europeanNumber, .arabicNumber: .rightToLeft
        default: nil
        }
    }
}

extension Unicode.Scalar {
    /// From the general category and the ranges that depart from it. Symbols that the standard counts as letters (Braille,
    /// marks of Indic scripts) are neutral here and run as their neighbours do.
    var bidiClass: BidiClass {
        switch value {
        case 0x41...0x5A, 0x61...0x7A: return .leftToRight
        case 0x20: return .whitespace
        case 0x30...0x39: return .europeanNumber
        default: break
        }
        if value >= 0x0590, let special = rightToLeftBlockClass { return special }
        for (range, special) in Self.numberRanges where range.contains(value) { return special }
        switch properties.generalCategory {
        case .spaceSeparator: return .whitespace
        case .currencySymbol: return .europeanTerminator
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .mathSymbol, .modifierSymbol, .otherSymbol:
            return .neutral
        default: return .leftToRight
        }
    }

    /// What stands for it in text that runs the other way: `)` for `(`; nil where it looks the same.
    var mirrored: Unicode.Scalar? {
        guard properties.isBidiMirrored else { return nil }
        if let special = Self.mirroredSymbols[value] { return Unicode.Scalar(special) }
        switch properties.generalCategory {
        case .openPunctuation, .initialPunctuation: return Unicode.Scalar(value + 1)
        case .closePunctuation, .finalPunctuation: return Unicode.Scalar(value - 1)
        default: return nil
        }
    }

    /// The bracket that closes this one; nil for what opens none (BidiBrackets.txt).
    var closingBracket: Unicode.Scalar? {
        properties.generalCategory == .openPunctuation ? mirrored : nil
    }

    var isClosingBracket: Bool { properties.generalCategory == .closePunctuation && properties.isBidiMirrored }

    /// Within the blocks of right-to-left scripts; nil for what departs from its block.
    private var rightToLeftBlockClass: BidiClass? {
        guard let (_, letter) = Self.rightToLeftBlocks.first(where: { $0.0.contains(value) }) else { return nil }
        if let (_, special) = Self.rightToLeftExceptions.first(where: { $0.0.contains(value) }) { return special }
        return letter
    }

    private static let rightToLeftBlocks: [(ClosedRange<UInt32>, BidiClass)] = [
        (0x0590...0x05FF, .rightToLeft), (0x0600...0x07BF, .arabicLetter), (0x07C0...0x085F, .rightToLeft),
        (0x0860...0x08FF, .arabicLetter), (0xFB1D...0xFB4F, .rightToLeft), (0xFB50...0xFDFF, .arabicLetter),
        (0xFE70...0xFEFE, .arabicLetter), (0x10800...0x10CFF, .rightToLeft), (0x10D00...0x10D3F, .arabicLetter),
        (0x10D40...0x10EBF, .rightToLeft), (0x10EC0...0x10EFF, .arabicLetter), (0x10F00...0x10F2F, .rightToLeft),
        (0x10F30...0x10F6F, .arabicLetter), (0x10F70...0x10FFF, .rightToLeft), (0x1E800...0x1EC6F, .rightToLeft),
        (0x1EC70...0x1ECBF, .arabicLetter), (0x1ECC0...0x1ECFF, .rightToLeft), (0x1ED00...0x1ED4F, .arabicLetter),
        (0x1ED50...0x1EDFF, .rightToLeft), (0x1EE00...0x1EEFF, .arabicLetter), (0x1EF00...0x1EFFF, .rightToLeft),
    ]
    private static let rightToLeftExceptions: [(ClosedRange<UInt32>, BidiClass)] = [
        (0x0606...0x0607, .neutral), (0x0609...0x060A, .europeanTerminator), (0x060C...0x060C, .commonSeparator),
        (0x060E...0x060F, .neutral), (0x0660...0x0669, .arabicNumber), (0x066A...0x066A, .europeanTerminator),
        (0x066B...0x066C, .arabicNumber), (0x06DE...0x06DE, .neutral), (0x06E9...0x06E9, .neutral),
        (0x06F0...0x06F9, .europeanNumber), (0x07F6...0x07F9, .neutral), (0xFB29...0xFB29, .europeanSeparator),
        (0xFD3E...0xFD4F, .neutral), (0xFDCF...0xFDCF, .neutral), (0xFDFD...0xFDFF, .neutral),
        (0x1091F...0x1091F, .neutral), (0x10B39...0x10B3F, .neutral), (0x10D30...0x10D39, .arabicNumber),
        (0x10E60...0x10E7E, .arabicNumber), (0x1EEF0...0x1EEF1, .neutral),
    ]
    /// Digits and their company outside of those blocks, where the general category does not tell.
    private static let numberRanges: [(ClosedRange<UInt32>, BidiClass)] = [
        (0x2B...0x2B, .europeanSeparator), (0x2D...0x2D, .europeanSeparator), (0x207A...0x207B, .europeanSeparator),
        (0x208A...0x208B, .europeanSeparator), (0x2212...0x2212, .europeanSeparator),
        (0xFE62...0xFE63, .europeanSeparator), (0xFF0B...0xFF0B, .europeanSeparator),
        (0xFF0D...0xFF0D, .europeanSeparator), (0x23...0x25, .europeanTerminator), (0xB0...0xB1, .europeanTerminator),
        (0x2030...0x2034, .europeanTerminator), (0x212E...0x212E, .europeanTerminator),
        (0x2213...0x2213, .europeanTerminator), (0x2C...0x2C, .commonSeparator), (0x2E...0x2F, .commonSeparator),
        (0x3A...0x3A, .commonSeparator), (0xA0...0xA0, .commonSeparator), (0x202F...0x202F, .commonSeparator),
        (0x2044...0x2044, .commonSeparator), (0xFF03...0xFF05, .europeanTerminator),
        (0xFF0C...0xFF0C, .commonSeparator), (0xFF0E...0xFF0F, .commonSeparator), (0xFF1A...0xFF1A, .commonSeparator),
        (0xB2...0xB3, .europeanNumber), (0xB9...0xB9, .europeanNumber), (0x2070...0x2070, .europeanNumber),
        (0x2074...0x2079, .europeanNumber), (0x2080...0x2089, .europeanNumber), (0x2488...0x249B, .europeanNumber),
        (0xFF10...0xFF19, .europeanNumber), (0x1D7CE...0x1D7FF, .europeanNumber),
        (0x1F100...0x1F10A, .europeanNumber), (0x1FBF0...0x1FBF9, .europeanNumber),
    ]
    /// Pairs that are not neighbours, or no punctuation (BidiMirroring.txt, those that are written in text).
    private static let mirroredSymbols: [UInt32: UInt32] = [
        0x3C: 0x3E, 0x3E: 0x3C, 0x5B: 0x5D, 0x5D: 0x5B, 0x7B: 0x7D, 0x7D: 0x7B, 0xAB: 0xBB, 0xBB: 0xAB,
        0x2264: 0x2265, 0x2265: 0x2264, 0x226A: 0x226B, 0x226B: 0x226A, 0x2208: 0x220B, 0x220B: 0x2208,
        0x2282: 0x2283, 0x2283: 0x2282, 0x2286: 0x2287, 0x2287: 0x2286, 0x298D: 0x2990, 0x2990: 0x298D,
        0x298E: 0x298F, 0x298F: 0x298E,
        0xFF1C: 0xFF1E, 0xFF1E: 0xFF1C, 0xFF3B: 0xFF3D, 0xFF3D: 0xFF3B, 0xFF5B: 0xFF5D, 0xFF5D: 0xFF5B,
    ]
}
