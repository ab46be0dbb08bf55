import Crypto

/// SHA-256 over a certificate's DER bytes: what a person compares, and what a known-servers file pins.
public struct CertificateFingerprint: Hashable, Sendable {
    /// Always 32.
    public let bytes: [UInt8]

    /// Of the certificate's DER encoding. Any thread.
    public init(certificateDER: some Sequence<UInt8>) {
        bytes = Array(SHA256.hash(data: Array(certificateDER)))
    }

    /// Reads `SHA256:AB:CD…`, or the 64 hexadecimal digits with or without colons, in either case; nil for
    /// anything else. `openssl x509 -fingerprint -sha256` writes the digits after its equals sign like this.
    public init?(parsing text: String) {
        var digits = text[...]
        if digits.prefix(Self.prefix.count).uppercased() == Self.prefix { digits = digits.dropFirst(Self.prefix.count) }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in digits {
            if character == ":" && high == nil && !bytes.isEmpty { continue }
            guard character.isASCII, let value = character.hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        guard high == nil, bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private static let prefix = "SHA256:"
    private static let byteCount = 32
}

extension CertificateFingerprint: CustomStringConvertible {
    /// `SHA256:` and 32 upper-case pairs with colons between.
    public var description: String {
        Self.prefix
            + bytes.map { byte in
                let digits = String(byte, radix: 16, uppercase: true)
                return digits.count == 1 ? "0" + digits : digits
            }.joined(separator: ":")
    }
}
