import CSodium

/// The key of one epoch of one direction, ready to use: a cipher's expanded state in memory of its own.
///
/// An epoch is 2^28 datagrams, far below the bound at which AES-GCM's confidentiality margin would
/// shrink (RFC 9001 §B.1.1: 2^28 packets of up to 2^11 bytes at an advantage of 2^-57). Its key is
/// HMAC-SHA-256(session key, "roomtone voice key" ‖ epoch as 64-bit big-endian): both ends find it
/// from the counter alone, nothing has to be negotiated.
@safe struct EpochKey: ~Copyable {
    let cipher: VoiceCipher
    private(set) var epoch: UInt64
    private let state: UnsafeMutableRawPointer

    /// Datagrams of an epoch, as a shift of the counter.
    static let counterBits: UInt64 = 28
    private static let label: StaticString = "roomtone voice key"
    private static let stateByteCount = 512

    /// Where the expanded key lies.
    var memory: UnsafeRawPointer { unsafe UnsafeRawPointer(state) }

    init(cipher: VoiceCipher, sessionKey: borrowing SessionKey, epoch: UInt64) {
        self.cipher = cipher
        self.epoch = epoch
        unsafe state = .allocate(byteCount: Self.stateByteCount, alignment: 64)
        derive(from: sessionKey, epoch: epoch)
    }

    deinit {
        unsafe sodium_memzero(state, Self.stateByteCount)
        unsafe state.deallocate()
    }

    /// Makes this the key of another epoch, in place.
    mutating func derive(from sessionKey: borrowing SessionKey, epoch: UInt64) {
        self.epoch = epoch
        var hash = crypto_auth_hmacsha256_state()
        var key = InlineArray<32, UInt8>(repeating: 0)
        unsafe _ = crypto_auth_hmacsha256_init(&hash, sessionKey.bytes, VoiceCipher.keyBytes)
        unsafe crypto_auth_hmacsha256_update(&hash, Self.label.utf8Start, UInt64(Self.label.utf8CodeUnitCount))
        var number = epoch.bigEndian
        unsafe withUnsafeBytes(of: &number) {
            unsafe _ = crypto_auth_hmacsha256_update(&hash, $0.bindMemory(to: UInt8.self).baseAddress, 8)
        }
        unsafe withUnsafeMutableBytes(of: &key) { bytes in
            guard let derived = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return }
            unsafe crypto_auth_hmacsha256_final(&hash, derived)
            switch cipher {
            case .aes256GCM:
                unsafe _ = crypto_aead_aes256gcm_beforenm(
                    state.assumingMemoryBound(to: crypto_aead_aes256gcm_state.self), derived)
            case .chaCha20Poly1305:
                unsafe state.copyMemory(from: derived, byteCount: VoiceCipher.keyBytes)
            }
            unsafe sodium_memzero(derived, VoiceCipher.keyBytes)
        }
        unsafe sodium_memzero(&hash, MemoryLayout<crypto_auth_hmacsha256_state>.size)
    }

    /// Writes ciphertext and tag of `plaintext` to `output`, which has room for 16 bytes more.
    func seal(
        _ plaintext: UnsafeRawBufferPointer, additional: UnsafeRawBufferPointer, counter: UInt64,
        to output: UnsafeMutableRawPointer
    ) {
        let message = unsafe plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let header = unsafe additional.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let target = unsafe output.assumingMemoryBound(to: UInt8.self)
        unsafe _ = withNonce(counter) { nonce in
            switch cipher {
            case .aes256GCM:
                unsafe crypto_aead_aes256gcm_encrypt_afternm(
                    target, nil, message, UInt64(plaintext.count), header, UInt64(additional.count), nil, nonce,
                    state.assumingMemoryBound(to: crypto_aead_aes256gcm_state.self))
            case .chaCha20Poly1305:
                unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                    target, nil, message, UInt64(plaintext.count), header, UInt64(additional.count), nil, nonce,
                    state.assumingMemoryBound(to: UInt8.self))
            }
        }
    }

    /// Writes the plaintext of `sealed` (ciphertext and tag) to `output`. False, and nothing worth reading
    /// written, when the tag does not match.
    func open(
        _ sealed: UnsafeRawBufferPointer, additional: UnsafeRawBufferPointer, counter: UInt64,
        to output: UnsafeMutableRawPointer
    ) -> Bool {
        guard let message = unsafe sealed.assumingMemoryBound(to: UInt8.self).baseAddress else { return false }
        let header = unsafe additional.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let target = unsafe output.assumingMemoryBound(to: UInt8.self)
        return unsafe withNonce(counter) { nonce in
            switch cipher {
            case .aes256GCM:
                unsafe crypto_aead_aes256gcm_decrypt_afternm(
                    target, nil, nil, message, UInt64(sealed.count), header, UInt64(additional.count), nonce,
                    state.assumingMemoryBound(to: crypto_aead_aes256gcm_state.self)) == 0
            case .chaCha20Poly1305:
                unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                    target, nil, nil, message, UInt64(sealed.count), header, UInt64(additional.count), nonce,
                    state.assumingMemoryBound(to: UInt8.self)) == 0
            }
        }
    }
}

/// Lends the 96-bit nonce of a counter: 32 zero bits, then the 64-bit counter, big-endian.
@inline(__always)
private func withNonce<Result>(_ counter: UInt64, _ use: (UnsafePointer<UInt8>) -> Result) -> Result {
    var nonce = InlineArray<12, UInt8>(repeating: 0)
    return unsafe withUnsafeMutableBytes(of: &nonce) { bytes in
        unsafe bytes.storeBytes(of: counter.bigEndian, toByteOffset: 4, as: UInt64.self)
        return unsafe use(bytes.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped)
    }
}
