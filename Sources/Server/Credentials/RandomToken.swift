import CSodium

/// Unpredictable bytes from the kernel's generator, through libsodium (`randombytes_buf`).
public enum RandomToken {
    /// Allocates; any thread; never blocks once the kernel's generator is seeded.
    public static func bytes(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }
}
