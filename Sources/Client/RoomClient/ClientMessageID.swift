/// Makes the names under which a client posts its messages: the same name again is the same message again, so that a
/// message whose answer was lost can be posted once more without being there twice.
///
/// 28 characters of `0…9a…v`: nine of the time in milliseconds, so that they sort by age, and 95 bits of chance.
public enum ClientMessageID {
    /// A new name. `milliseconds` since 1970; any thread.
    public static func make(
        milliseconds: Int64, using generator: inout some RandomNumberGenerator
    ) -> String {
        let time = digits(of: UInt64(clamping: milliseconds), count: timeDigitCount)
        let chance = (0..<randomDigitCount).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return String(decoding: time + chance, as: UTF8.self)
    }

    /// A new name, of now.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return make(milliseconds: WallClock.milliseconds, using: &generator)
    }

    private static func digits(of number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { alphabet[Int(truncatingIfNeeded: number >> UInt64(5 * $0)) & 31] }
    }

    /// 45 bits of milliseconds: good for a thousand years.
    private static let timeDigitCount = 9
    private static let randomDigitCount = 19
    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)
}
