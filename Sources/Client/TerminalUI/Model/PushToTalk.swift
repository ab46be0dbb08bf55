/// The talk key: held where the terminal tells of releases, pressed once to talk and once more to stop where it does not.
///
/// Pure: presses and the time come in, whether the microphone is open goes out. Two keys may hold it open, the terminal's and
/// the global one.
package struct PushToTalk: Equatable, Sendable {
    /// Whether the microphone is open.
    package private(set) var isOpen = false
    /// When it closes by itself unless something happens; nil: not.
    package private(set) var closesAt: Duration?

    private var isTerminalKeyDown = false
    private var isGlobalKeyDown = false
    private var isToggled = false
    private var pressedAt: Duration?

    package init() {}

    /// Presses no further apart than this come from a keyboard that repeats: the key is held. Keyboards repeat 10…40 times a
    /// second; nobody presses so fast.
    package static let repeatGapMax: Duration = .milliseconds(120)
    /// A key that repeated and has not for so long was let go.
    package static let repeatPatience: Duration = .milliseconds(250)

    /// What holds for a press.
    package struct Rules: Equatable, Sendable {
        /// The key is held; else it toggles.
        package var isHeld: Bool
        package var releaseDelay: Duration
        /// Nil: a toggle stays.
        package var autoRelease: Duration?

        package init(isHeld: Bool, releaseDelay: Duration, autoRelease: Duration?) {
            self.isHeld = isHeld
            self.releaseDelay = releaseDelay
            self.autoRelease = autoRelease
        }
    }

    /// The terminal's key went down, or repeats on a terminal that does not tell the difference.
    ///
    /// A held key toggles twice before it is known to repeat (its first repeat comes after a longer pause); the release delay
    /// covers the moment in between.
    package mutating func press(_ rules: Rules, now: Duration) {
        let gap = pressedAt.map { now - $0 }
        pressedAt = now
        if rules.isHeld {
            isTerminalKeyDown = true
            open()
        } else if let gap, gap <= Self.repeatGapMax {
            isToggled = false
            open()
            closesAt = now + Self.repeatPatience
        } else if isToggled {
            isToggled = false
            settle(rules, now: now)
        } else {
            isToggled = true
            open()
            closesAt = rules.autoRelease.map { now + $0 }
        }
    }

    /// The terminal tells that the key repeats: somebody still holds it.
    package mutating func repeated(_ rules: Rules, now: Duration) {
        if isToggled { closesAt = rules.autoRelease.map { now + $0 } }
    }

    package mutating func release(_ rules: Rules, now: Duration) {
        guard isTerminalKeyDown else { return }
        isTerminalKeyDown = false
        settle(rules, now: now)
    }

    package mutating func setGlobalKey(isDown: Bool, _ rules: Rules, now: Duration) {
        guard isDown != isGlobalKeyDown else { return }
        isGlobalKeyDown = isDown
        if isDown { open() } else { settle(rules, now: now) }
    }

    /// The window lost the keyboard: a release would not be heard of. What the global key holds stays.
    package mutating func loseFocus(_ rules: Rules, now: Duration) {
        guard isTerminalKeyDown || isToggled else { return }
        (isTerminalKeyDown, isToggled) = (false, false)
        settle(rules, now: now)
    }

    /// Shuts at once: voice ended, or the mode was changed.
    package mutating func reset() { self = PushToTalk() }

    /// Time has come to ``closesAt``.
    package mutating func expire(now: Duration) {
        guard let closesAt, now >= closesAt else { return }
        self.closesAt = nil
        isToggled = false
        if !isHeldOpen { isOpen = false }
    }

    private var isHeldOpen: Bool { isTerminalKeyDown || isGlobalKeyDown || isToggled }

    private mutating func open() {
        isOpen = true
        closesAt = nil
    }

    private mutating func settle(_ rules: Rules, now: Duration) {
        guard isOpen, !isHeldOpen else { return }
        if rules.releaseDelay > .zero {
            closesAt = now + rules.releaseDelay
        } else {
            (isOpen, closesAt) = (false, nil)
        }
    }
}
