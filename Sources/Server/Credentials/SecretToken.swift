import CSodium

/// A random secret that is handed out once and of which only the hash is kept.
public struct SecretToken: Sendable {
    public static let byteCount = 32

    private let bytes: [UInt8]

    /// Random bytes from the kernel's generator.
    public init() {
        bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max) }
    }

    /// - Parameter hexadecimal: as ``hexadecimal`` writes it, in either case; nil for anything else.
    public init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// 64 lower-case digits.
    public var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// SHA-256 (FIPS 180-4): 32 bytes. A plain hash is enough, because nobody guesses 256 random bits.
    public var hash: [UInt8] {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        return hash
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension SecretToken: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the token itself, wherever it is printed.
    public var description: String { "••••" }
    public var debugDescription: String { description }
}
