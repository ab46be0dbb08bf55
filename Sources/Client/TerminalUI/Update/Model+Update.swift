extension Model {
    /// Takes what happened at `now` (monotonic, from a fixed start) and says what is to be done about it.
    package mutating func update(_ event: Event, now: Duration) -> [Effect] { [] }

    /// When ``Event/clock`` is wanted; nil: nothing moves by itself.
    package var deadline: Duration? { nil }
}
