/// The embedding levels of one paragraph: even ones run left to right, odd ones right to left.
///
/// Unicode's standard annex 9, rules P2 to P3, W1 to W7, N0 to N2, I1 and I2. Left out: explicit embeddings, overrides and
/// isolates (X1 to X10), because their controls are taken out of all text as unsafe; W1, because marks have joined their
/// letters. Pure; any thread.
struct BidiLevels: Equatable {
    /// 0 or 1: by the first letter with a direction (P2, P3).
    let paragraph: UInt8
    /// One a cluster, in the order of the text; empty where all are 0, which is most of what is written.
    let levels: [UInt8]

    /// Nested brackets that are paired; what opens deeper ends the search for pairs, as the standard has it (BD16).
    static let bracketDepthMax = 63

    init(_ scalars: some Collection<Unicode.Scalar>, direction: TextDirection) {
        guard scalars.contains(where: { Self.mayTurn($0.value) }) else {
            (paragraph, levels) = (0, [])
            return
        }
        var classes = scalars.map(\.bidiClass)
        let first = classes.first { [.leftToRight, .rightToLeft, .arabicLetter].contains($0) }
        let isRightToLeft = direction == .ofFirstLetter && first != nil && first != .leftToRight
        paragraph = isRightToLeft ? 1 : 0
        guard classes.contains(where: { [.rightToLeft, .arabicLetter, .arabicNumber].contains($0) }) else {
            levels = []
            return
        }
        let embedding = isRightToLeft ? BidiClass.rightToLeft : .leftToRight
        Self.resolveNumbers(&classes, embedding: embedding)
        Self.resolveBrackets(&classes, Array(scalars), embedding: embedding)
        Self.resolveNeutrals(&classes, embedding: embedding)
        levels = classes.map { Self.level(of: $0, paragraph: isRightToLeft ? 1 : 0) }
    }

    /// Whether there can be R, AL or AN at all: the blocks of Unicode that hold them, which are few. Quick, for most text has none.
    private static func mayTurn(_ value: UInt32) -> Bool {
        guard value >= 0x0590 else { return false }
        switch value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: return true
        default: return false
        }
    }

    /// I1, I2.
    private static func level(of bidiClass: BidiClass, paragraph: UInt8) -> UInt8 {
        switch (bidiClass, paragraph) {
        case (.leftToRight, 0): 0
        case (.rightToLeft, _): 1
        default: 2
        }
    }

    /// W2 to W7: afterwards there are only L, R, EN, AN and neutrals.
    private static func resolveNumbers(_ classes: inout [BidiClass], embedding: BidiClass) {
        var strong = embedding
        for index in classes.indices {  // W2, W3
            switch classes[index] {
            case .leftToRight, .rightToLeft, .arabicLetter: strong = classes[index]
            case .europeanNumber where strong == .arabicLetter: classes[index] = .arabicNumber
            default: break
            }
        }
        for index in classes.indices where classes[index] == .arabicLetter { classes[index] = .rightToLeft }
        for index in classes.indices.dropFirst().dropLast() {  // W4
            let (before, after) = (classes[index - 1], classes[index + 1])
            guard before == after else { continue }
            switch (classes[index], before) {
            case (.europeanSeparator, .europeanNumber), (.commonSeparator, .europeanNumber),
                (.commonSeparator, .arabicNumber):
                classes[index] = before
            default: break
            }
        }
        resolveTerminators(&classes)
        strong = embedding
        for index in classes.indices {  // W7
            switch classes[index] {
            case .leftToRight, .rightToLeft: strong = classes[index]
            case .europeanNumber where strong == .leftToRight: classes[index] = .leftToRight
            default: break
            }
        }
    }

    /// W5, W6.
    private static func resolveTerminators(_ classes: inout [BidiClass]) {
        for run in runs(of: classes, where: { $0 == .europeanTerminator }) {
            let before = run.lowerBound > 0 ? classes[run.lowerBound - 1] : nil
            let after = run.upperBound < classes.count ? classes[run.upperBound] : nil
            guard before == .europeanNumber || after == .europeanNumber else { continue }
            for index in run { classes[index] = .europeanNumber }
        }
        for index in classes.indices {
            switch classes[index] {
            case .europeanSeparator, .europeanTerminator, .commonSeparator: classes[index] = .neutral
            default: break
            }
        }
    }

    /// N0: both brackets of a pair run as what they enclose, or as what is before them.
    private static func resolveBrackets(
        _ classes: inout [BidiClass], _ scalars: [Unicode.Scalar], embedding: BidiClass
    ) {
        for pair in bracketPairs(classes, scalars) {
            let enclosed = classes[pair.lowerBound + 1..<pair.upperBound].lazy.compactMap(\.strongDirection)
            guard let first = enclosed.first(where: { $0 == embedding }) ?? enclosed.first else { continue }
            let before = classes[..<pair.lowerBound].lazy.compactMap(\.strongDirection).last ?? embedding
            let direction = first == before ? first : embedding
            classes[pair.lowerBound] = direction
            classes[pair.upperBound] = direction
        }
    }

    /// BD16, by their openings.
    private static func bracketPairs(_ classes: [BidiClass], _ scalars: [Unicode.Scalar]) -> [ClosedRange<Int>] {
        var pairs: [ClosedRange<Int>] = []
        var open: [(closing: Unicode.Scalar, index: Int)] = []
        for (index, scalar) in scalars.enumerated() where classes[index].isNeutral {
            if let closing = scalar.closingBracket {
                guard open.count < bracketDepthMax else { break }
                open.append((closing, index))
            } else if scalar.isClosingBracket, let match = open.lastIndex(where: { $0.closing == scalar }) {
                pairs.append(open[match].index...index)
                open.removeSubrange(match...)
            }
        }
        return pairs.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// N1, N2.
    private static func resolveNeutrals(_ classes: inout [BidiClass], embedding: BidiClass) {
        for run in runs(of: classes, where: \.isNeutral) {
            let before = run.lowerBound > 0 ? classes[run.lowerBound - 1].strongDirection : embedding
            let after = run.upperBound < classes.count ? classes[run.upperBound].strongDirection : embedding
            for index in run { classes[index] = before == after ? before ?? embedding : embedding }
        }
    }

    private static func runs(of classes: [BidiClass], where belongs: (BidiClass) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in classes.indices where belongs(classes[index]) {
            if let last = runs.last, last.upperBound == index {
                runs[runs.count - 1] = last.lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
        }
        return runs
    }
}
