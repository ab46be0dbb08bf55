import Glibc

/// What Linux's input devices can be asked (`linux/input.h`).
enum InputDevice {
    /// Whether the device behind the descriptor has that key. One system call that does not block.
    static func hasKey(_ descriptor: Int32, _ key: KeyCode) -> Bool {
        var bits = [UInt8](repeating: 0, count: keyBitsByteCount)
        let request = eventBits | UInt(bits.count) << sizeShift | keys
        guard ioctl(descriptor, request, &bits) >= 0 else { return false }
        let index = Int(key.number) / UInt8.bitWidth
        return index < bits.count && bits[index] & 1 << (key.number % UInt16(UInt8.bitWidth)) != 0
    }

    /// Keys have numbers below KEY_MAX, 0x2FF.
    private static let keyBitsByteCount = 96
    // EVIOCGBIT(EV_KEY, length): _IOC(_IOC_READ, 'E', 0x20 + EV_KEY, length).
    private static let eventBits: UInt = 2 << 30 | 0x45 << 8 | 0x20
    private static let keys: UInt = 1
    private static let sizeShift: UInt = 16
}
