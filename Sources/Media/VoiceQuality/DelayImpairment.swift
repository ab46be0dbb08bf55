import Glibc

/// Idd: what absolute delay takes from a conversation (ITU-T G.107 §7.4, 06/2015), for people who are as sensitive to it
/// as in a telephone call (sT 1, mT 100 ms).
public enum DelayImpairment {
    /// mT: below this delay nobody notices any.
    public static let noticedMilliseconds = 100.0

    /// 0 up to ``noticedMilliseconds``, then growing towards 50.
    public static func value(ofMilliseconds delay: Double) -> Double {
        guard delay > noticedMilliseconds else { return 0 }
        let doublings = log2(delay / noticedMilliseconds)
        return 25 * (bend(doublings) - 3 * bend(doublings / 3) + 2)
    }

    private static func bend(_ x: Double) -> Double { pow(1 + pow(x, 6), 1 / 6) }
}
