import CSodium

/// The 256-bit secret of one direction of one voice session; epoch keys come from it. Wiped when it goes.
@safe public struct SessionKey: ~Copyable {
    private var bytes = InlineArray<32, UInt8>(repeating: 0)

    /// Nil unless `bytes` are exactly ``VoiceCipher/keyBytes``.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == VoiceCipher.keyBytes else { return nil }
        for index in bytes.indices { self.bytes[index] = bytes[index] }
    }

    deinit {
        // A deinitialiser sees an immutable value; the wipe goes through its address.
        unsafe withUnsafeBytes(of: bytes) { secret in
            guard let address = secret.baseAddress else { return }
            unsafe sodium_memzero(UnsafeMutableRawPointer(mutating: address), secret.count)
        }
    }

    func withBytes(_ use: (UnsafePointer<UInt8>) -> Void) {
        unsafe withUnsafeBytes(of: bytes) {
            unsafe use($0.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped)
        }
    }
}

/// Unpredictable bytes for keys and tokens, from the kernel by way of libsodium. Any thread.
public func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let address = buffer.baseAddress { unsafe randombytes_buf(address, count) }
        initialized = count
    }
}
