import CellScreen

/// Finds addresses and mentions in what people write. Pure.
struct RichText {
    let theme: Theme
    /// Names that the message means, as the server understood it.
    var mentioned: [String] = []
    var ownName: String?
    var base = Style()

    /// The text in pieces that look different; links are noted in the grid.
    func pieces(_ text: String, in grid: inout CellGrid) -> [StyledText] {
        // Most messages have neither.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "@") }) else {
            return [StyledText(text, base)]
        }
        var pieces: [StyledText] = []
        var plain = text[text.startIndex..<text.startIndex]
        var rest = text[...]
        func flush() { if !plain.isEmpty { pieces.append(StyledText(String(plain), base)) } }
        var isWordStart = true
        while let first = rest.first {
            if isWordStart, let (found, style) = special(rest, in: &grid) {
                flush()
                pieces.append(StyledText(String(found), style))
                rest = rest[found.endIndex...]
                plain = rest[rest.startIndex..<rest.startIndex]
                isWordStart = false
            } else {
                isWordStart = !first.isLetter && !first.isNumber
                rest.removeFirst()
                plain = text[plain.startIndex..<rest.startIndex]
            }
        }
        flush()
        return pieces
    }

    private func special(_ rest: Substring, in grid: inout CellGrid) -> (Substring, Style)? {
        if rest.first == "@", let name = mention(rest.dropFirst()) {
            let isOwn = name.lowercased() == ownName?.lowercased()
            var style = isOwn ? theme.style(.mention) : base
            style.isBold = true
            return (rest.prefix(name.count + 1), style)
        }
        guard rest.first == "h", let address = Self.address(rest) else { return nil }
        var style = theme.style(.link)
        style.link = grid.link(to: Self.percentEncoded(address))
        return (address, style)
    }

    private func mention(_ rest: Substring) -> String? {
        let names = mentioned + [ownName].compactMap { $0 }
        return names.filter { name in
            guard rest.count >= name.count else { return false }
            let (word, after) = (rest.prefix(name.count), rest.dropFirst(name.count).first)
            return word.lowercased() == name.lowercased() && !(after?.isLetter ?? false) && !(after?.isNumber ?? false)
        }.max { $0.count < $1.count }
    }

    /// `http://…` or `https://…` up to a blank, without the punctuation of the sentence around it.
    private static func address(_ rest: Substring) -> Substring? {
        guard rest.hasPrefix("http://") || rest.hasPrefix("https://") else { return nil }
        var address = rest.prefix { !$0.isWhitespace && !"<>\"“”„«»".contains($0) }
        while let last = address.last {
            if last == ")", address.filter({ $0 == "(" }).count >= address.filter({ $0 == ")" }).count { break }
            guard ".,;:!?'’…)]}".contains(last) else { break }
            address.removeLast()
        }
        guard let host = address.firstRange(of: "://")?.upperBound, host < address.endIndex else { return nil }
        return address
    }

    /// As terminals take it: ASCII alone (RFC 3987 §3.1).
    private static func percentEncoded(_ address: Substring) -> String {
        let digits = Array("0123456789ABCDEF")
        return address.utf8.reduce(into: "") { text, byte in
            if 0x21..<0x7F ~= byte {
                text.append(Character(Unicode.Scalar(byte)))
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
