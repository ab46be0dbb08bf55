extension JSONValue {
    /// A whole number of at least 0, however written (`1`, `1.0`, `10e-1`); exact, nil beyond 64 bits.
    public var unsigned: UInt64? {
        guard let whole = wholeNumber, !whole.isNegative || whole.magnitude == 0 else { return nil }
        return whole.magnitude
    }

    /// A whole number, however written; exact, nil beyond 64 bits.
    public var signed: Int64? {
        guard let whole = wholeNumber else { return nil }
        return whole.isNegative ? Int64(exactly: -Int128(whole.magnitude)) : Int64(exactly: whole.magnitude)
    }

    /// The nearest number of that type; nil where it is too large.
    public var float: Float? { floating() }
    public var double: Double? { floating() }

    private func floating<Value: BinaryFloatingPoint & LosslessStringConvertible>() -> Value? {
        guard let text = numberText, let value = Value(String(decoding: text, as: UTF8.self)), value.isFinite else {
            return nil
        }
        return value
    }

    private var numberText: ArraySlice<UInt8>? {
        kind == .number ? document.bytes[document.nodes[index].range] : nil
    }

    private var wholeNumber: (isNegative: Bool, magnitude: UInt64)? {
        guard var text = numberText else { return nil }
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { text = text.dropFirst() }
        let magnitude = document.nodes[index].isPlain ? Self.value(ofDigits: text) : Self.value(ofDecimal: text)
        return magnitude.map { (isNegative, $0) }
    }

    private static func value(ofDigits text: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in text {
            let (shifted, shiftOverflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !shiftOverflows, !sumOverflows else { return nil }
            value = sum
        }
        return value
    }

    /// Moves the point by the exponent over the digits, so that nothing is rounded.
    private static func value(ofDecimal text: ArraySlice<UInt8>) -> UInt64? {
        let mantissa = text.prefix { $0.isDigit || $0 == UInt8(ascii: ".") }
        let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1)
        let fraction = parts.count > 1 ? parts[1] : []
        var digits = Array((parts[0] + fraction).drop { $0 == UInt8(ascii: "0") })
        guard !digits.isEmpty else { return 0 }
        // More than there can be digits to make up for it moves the point beyond 64 bits, or leaves a fraction.
        let exponentText = text[mantissa.endIndex...].dropFirst()
        guard let exponent = exponentText.isEmpty ? 0 : Int(String(decoding: exponentText, as: UTF8.self)),
            exponent.magnitude <= 2 * JSONDocument.bytesMax
        else { return nil }
        var zeroCount = exponent - fraction.count
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            zeroCount += 1
        }
        // 2⁶⁴ has 20 digits.
        guard zeroCount >= 0, digits.count <= 20, zeroCount <= 20 else { return nil }
        return value(ofDigits: digits + [UInt8](repeating: UInt8(ascii: "0"), count: zeroCount))
    }
}
