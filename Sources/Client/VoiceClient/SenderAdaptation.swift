/// What a talker spends on a path, from what those who listen report: bitrate, earlier frames carried again, loss that the
/// encoder provides for.
///
/// A pure state machine: a report a second (or so) comes in, a ``Provision`` goes out. One owner at a time; nothing
/// allocates. Which of several listeners counts is the caller's choice (``PathReports``).
///
/// - **Redundancy** follows loss. It rises with the first report above a threshold and falls a step at a time, after
///   ``reportsUntilLess`` reports below a lower threshold: loss comes in clusters, and what was taken away too early is
///   missed at once, what stays too long costs bits only. On a clean path there is none. Against losses by chance two frames
///   at a time are carried, the one before and the third before: one block a frame so repairs a single loss as soon as a copy
///   would, and most losses of two in a row, for the price of one copy. Where losses come in a row, copies of single frames
///   are spread, so that they do not share the fate of what they copy.
/// - **Sound** takes less while something is carried, so that both together cost little more than half as much again.
/// - **Bitrate** follows delay. A queue that grows shows before it overflows (``QueueWatch``) and takes 15 % of the budget, no
///   oftener than every other report (its effect takes a round trip to be seen); five reports without give 5 % back each. Loss
///   without delay is the radio's, not the queue's, and takes no bitrate.
/// - The budget covers all of it: sound and copies together never pass ``Limits/bitsPerSecondMax``. Where the budget is
///   small, copies go before sound falls below ``Limits/bitsPerSecondMin``.
package struct SenderAdaptation: Sendable {
    /// What is allowed, bits a second of Opus packets, copies included.
    package struct Limits: Equatable, Sendable {
        /// Never less for the sound itself.
        package var bitsPerSecondMin = 16_000
        /// The room's or the user's cap, for everything.
        package var bitsPerSecondMax = 128_000
        /// What the sound itself is given where nothing stands against it.
        package var bitsPerSecondWanted = 40_000

        package init() {}
    }

    /// What a listener, or the relay, says of the time since the report before.
    package struct Report: Equatable, Sendable {
        /// Share of frames that the network lost, 0…1, before anything repaired them.
        package var lossShare: Double
        /// Frames lost in a row, on average over the losses: 1 for losses by chance.
        package var burstLength: Double
        /// One-way or round-trip delay of the path in milliseconds, of any offset: only its changes count. Nil: unknown.
        package var delayMilliseconds: Double?

        package init(lossShare: Double, burstLength: Double = 1, delayMilliseconds: Double? = nil) {
            self.lossShare = lossShare
            self.burstLength = burstLength
            self.delayMilliseconds = delayMilliseconds
        }
    }

    /// Earlier frames that each frame carries: up to ``blockCountMax`` blocks.
    package struct Carried: Equatable, Sendable {
        /// The frame that was sent `near` frames before, alone or summed with the one `far` before; `near` 0: no block.
        package struct Block: Equatable, Sendable {
            package var near: Int
            package var far: Int

            package init(near: Int, far: Int = 0) {
                self.near = near
                self.far = far
            }
        }

        package var first: Block
        package var second: Block

        package init(_ first: Block, _ second: Block = Block(near: 0)) {
            self.first = first
            self.second = second
        }

        package static let nothing = Carried(Block(near: 0))
        package static let blockCountMax = 2

        package var blockCount: Int { (first.near > 0 ? 1 : 0) + (second.near > 0 ? 1 : 0) }

        package subscript(index: Int) -> Block { index == 0 ? first : second }
    }

    package struct Provision: Equatable, Sendable {
        /// For the sound itself.
        package var bitsPerSecond: Int
        package var carried: Carried
        /// For in-band error correction, 0…20.
        package var expectedLossPercent: Int
    }

    package private(set) var provision: Provision

    private var limits: Limits
    private var loss = 0.0
    private var burstLength = 1.0
    private var depth = 0
    private var spacing = 1
    private var reportsBelow = 0
    private var reportsOfShorter = 0
    private var budget: Double
    private var queue = QueueWatch()
    private var calmReports = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
        budget = Double(limits.bitsPerSecondMax)
        provision = Provision(bitsPerSecond: limits.bitsPerSecondMin, carried: .nothing, expectedLossPercent: 0)
        provide()
    }

    /// Takes a report; gives what is provided from now on. Numbers that are none count as no loss.
    package mutating func note(_ report: Report) -> Provision {
        let share = report.lossShare.isNaN ? 0 : min(max(report.lossShare, 0), 1)
        // Up soon, down slowly.
        loss += (share - loss) * (share > loss ? 0.35 : 0.1)
        if share > 0, report.burstLength.isFinite {
            burstLength += (min(max(report.burstLength, 1), 8) - burstLength) * 0.3
        }
        chooseDepth(isBursty: burstLength >= Self.burstLengthMin)
        chooseSpacing()
        if let delay = report.delayMilliseconds, delay.isFinite { noteDelay(delay) }
        provide()
        return provision
    }

    /// What is allowed from now on; gives what is provided then. What was learnt of the path stays.
    package mutating func setLimits(_ limits: Limits) -> Provision {
        // A budget that no delay took anything from is all that is allowed; one that was cut grows back as it does.
        budget =
            budget < Double(self.limits.bitsPerSecondMax)
            ? min(budget, Double(limits.bitsPerSecondMax)) : Double(limits.bitsPerSecondMax)
        self.limits = limits
        provide()
        return provision
    }

    private mutating func chooseDepth(isBursty: Bool) {
        let up: Int =
            loss >= (isBursty ? Self.lossForTwoInBursts : Self.lossForTwo) ? 2 : loss >= Self.lossForOne ? 1 : 0
        if up >= depth {
            depth = up
            reportsBelow = 0
            return
        }
        let least = depth == 2 ? (isBursty ? Self.lossForTwoInBursts : Self.lossForTwo) : Self.lossForOne
        reportsBelow = loss < least / 2 ? reportsBelow + 1 : 0
        guard reportsBelow >= Self.reportsUntilLess else { return }
        reportsBelow = 0
        depth -= 1
    }

    /// As far apart as losses are long; closer again only after ``reportsUntilLess`` reports of shorter ones, because each
    /// change changes the listener's delay.
    private mutating func chooseSpacing() {
        while spacing < Self.spacingMax, burstLength >= Double(spacing) + 0.75 { spacing += 1 }
        reportsOfShorter = burstLength < Double(spacing) - 0.75 ? reportsOfShorter + 1 : 0
        guard spacing > 1, reportsOfShorter >= Self.reportsUntilLess else { return }
        reportsOfShorter = 0
        spacing -= 1
    }

    private mutating func noteDelay(_ delay: Double) {
        if queue.note(delay) {
            if calmReports != 0 {
                // From what is used, not from what might be: an unused budget takes nothing off the queue.
                let used = Double(provision.bitsPerSecond) * Self.cost(provision.carried.blockCount)
                budget = max(min(budget, used) * 0.85, Double(limits.bitsPerSecondMin))
                calmReports = 0
            } else {
                calmReports = 1
            }
        } else {
            calmReports += 1
            if calmReports > Self.reportsUntilMore { budget = min(budget * 1.05, Double(limits.bitsPerSecondMax)) }
        }
    }

    private mutating func provide() {
        var affordable = depth
        while affordable > 0, budget / Self.cost(affordable) < Double(limits.bitsPerSecondMin) { affordable -= 1 }
        let wanted = Double(limits.bitsPerSecondWanted) * (affordable == 0 ? 1 : affordable == 1 ? 0.8 : 0.7)
        let sound = max(Int(min(wanted, budget / Self.cost(affordable))), limits.bitsPerSecondMin)
        provision = Provision(
            bitsPerSecond: min(sound, limits.bitsPerSecondMax), carried: carried(affordable),
            // Where copies are sent, the encoder need not spend its own bits.
            expectedLossPercent: affordable > 0 || loss < Self.lossForHint
                ? 0 : min(Int((loss * 100).rounded(.up)), Self.lossPercentMax))
    }

    /// What is repaired by when was computed for each choice, for losses by chance and in bursts (Documentation/Sound.md).
    private func carried(_ blockCount: Int) -> Carried {
        if blockCount == 0 { return .nothing }
        if spacing == 1 {
            let one = Carried.Block(near: 1, far: 3)
            return blockCount == 1 ? Carried(one) : Carried(one, Carried.Block(near: 2, far: 5))
        }
        return blockCount == 1
            ? Carried(Carried.Block(near: min(spacing * 3 / 2, Self.distanceMax)))
            : Carried(Carried.Block(near: spacing), Carried.Block(near: min(spacing * 3, Self.distanceMax)))
    }

    /// All that is sent, as a multiple of the sound: a sum is as long as the longer of two frames, and has a head.
    private static func cost(_ blockCount: Int) -> Double { 1 + 1.2 * Double(blockCount) }

    /// Below it there is nothing to provide for.
    private static let lossForHint = 0.008
    private static let lossForOne = 0.015
    private static let lossForTwo = 0.12
    /// Where losses come in a row, the frame after is lost as well, and a second copy is worth more.
    private static let lossForTwoInBursts = 0.03
    private static let burstLengthMin = 1.5
    private static let spacingMax = 4
    /// In frames: later copies are waited for by nobody.
    private static let distanceMax = 8
    private static let reportsUntilLess = 10
    private static let reportsUntilMore = 5
    /// More would leave too little of the bitrate for the sound itself.
    private static let lossPercentMax = 20
}
