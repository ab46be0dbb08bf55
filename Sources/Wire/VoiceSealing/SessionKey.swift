import CSodium

/// The 256-bit secret of one direction of one voice session; epoch keys come from it. Wiped when it goes.
@safe public struct SessionKey: ~Copyable {
    // In memory of its own: a value that moves would leave copies behind.
    private let memory: UnsafeMutablePointer<UInt8>

    /// Nil unless `bytes` are exactly ``VoiceCipher/keyBytes``. The caller's copy is the caller's to forget.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == VoiceCipher.keyBytes else { return nil }
        unsafe memory = .allocate(capacity: VoiceCipher.keyBytes)
        for index in bytes.indices { unsafe memory[index] = bytes[index] }
    }

    deinit {
        unsafe sodium_memzero(memory, VoiceCipher.keyBytes)
        unsafe memory.deallocate()
    }

    /// The 32 bytes, for as long as the key lives.
    var bytes: UnsafePointer<UInt8> { unsafe UnsafePointer(memory) }
}

/// Unpredictable bytes for keys and tokens, from the kernel by way of libsodium. Any thread.
public func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        if let address = buffer.baseAddress { unsafe randombytes_buf(address, count) }
        initialized = count
    }
}
