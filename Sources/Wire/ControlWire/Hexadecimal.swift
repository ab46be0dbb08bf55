extension Sequence<UInt8> {
    /// Each byte as two lower-case digits: joined, how keys and tokens travel.
    public var hexadecimalPairs: [String] {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    }
}
