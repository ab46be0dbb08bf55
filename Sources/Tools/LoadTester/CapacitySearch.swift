/// Finds the most load that still holds, with few tries: doubles until something breaks, then halves the gap. Pure.
public struct CapacitySearch: Equatable, Sendable {
    /// The gap at which the search ends: a twentieth of what held.
    static let precision = 0.05

    /// The most that held; nil while nothing has.
    public private(set) var held: Int?
    /// The least that broke; nil while nothing has.
    public private(set) var broken: Int?
    private let first: Int
    private let valueMax: Int

    /// - Parameters:
    ///   - first: what is tried first, 1 at least.
    ///   - valueMax: more is never tried.
    public init(first: Int, valueMax: Int) {
        self.first = max(1, min(first, valueMax))
        self.valueMax = valueMax
    }

    /// What to try next; nil when the answer is known.
    public var next: Int? {
        switch (held, broken) {
        case (nil, nil): return first
        case (let held?, nil): return held < valueMax ? min(held * 2, valueMax) : nil
        case (nil, let broken?): return broken > 1 ? broken / 2 : nil
        case (let held?, let broken?):
            let step = max(1, Int(Double(held) * Self.precision))
            return broken - held > step ? held + (broken - held) / 2 : nil
        }
    }

    /// What became of a try.
    public mutating func record(_ value: Int, holds: Bool) {
        if holds {
            held = max(held ?? value, value)
        } else {
            broken = min(broken ?? value, value)
        }
    }
}
