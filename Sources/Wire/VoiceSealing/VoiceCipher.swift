import CSodium

/// How voice datagrams are sealed. Both use 256-bit keys, 96-bit nonces and 128-bit tags.
public enum VoiceCipher: String, Sendable, CaseIterable {
    /// AES-256-GCM (NIST SP 800-38D), where the processor has AES and carry-less multiplication.
    case aes256GCM = "aes-256-gcm"
    /// ChaCha20-Poly1305 (RFC 8439), everywhere.
    case chaCha20Poly1305 = "chacha20-poly1305"

    /// Bytes of a key.
    public static let keyBytes = 32

    /// The ciphers of this processor, fastest first. Any thread; the first call prepares libsodium.
    public static let available: [VoiceCipher] = {
        guard sodium_init() >= 0 else { return [] }
        return crypto_aead_aes256gcm_is_available() == 1 ? [.aes256GCM, .chaCha20Poly1305] : [.chaCha20Poly1305]
    }()
}
