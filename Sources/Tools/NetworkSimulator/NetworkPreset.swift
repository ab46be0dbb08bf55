/// Networks that people talk over, by name, so that tests and benchmarks mean the same by “bad Wi-Fi”.
/// Each describes one direction.
public enum NetworkPreset: String, CaseIterable, Sendable {
    case perfect
    case lan
    case goodWiFi = "good-wifi"
    case badWiFi = "bad-wifi"
    case mobile
    case intercontinental
    case loss1 = "loss-1"
    case loss3 = "loss-3"
    case loss5 = "loss-5"
    case loss10 = "loss-10"
    case loss20 = "loss-20"
    case burstLoss = "burst-loss"
    case jitter60 = "jitter-60"
    case reordering

    public var conditions: LinkConditions {
        var link = LinkConditions()
        switch self {
        case .perfect: break
        case .lan:
            link.delay = .microseconds(300)
            link.jitter = .exponential(mean: .microseconds(100), max: .milliseconds(2))
        case .goodWiFi:
            link.delay = .milliseconds(3)
            link.jitter = .exponential(mean: .milliseconds(2), max: .milliseconds(20))
            link.loss = .random(probability: 0.002)
        case .badWiFi: Self.makeBadWiFi(&link)
        case .mobile: Self.makeMobile(&link)
        case .intercontinental:
            link.delay = .milliseconds(140)
            link.jitter = .exponential(mean: .milliseconds(3), max: .milliseconds(40))
            link.loss = .random(probability: 0.005)
        case .loss1: Self.makeLossy(&link, 0.01)
        case .loss3: Self.makeLossy(&link, 0.03)
        case .loss5: Self.makeLossy(&link, 0.05)
        case .loss10: Self.makeLossy(&link, 0.10)
        case .loss20: Self.makeLossy(&link, 0.20)
        case .burstLoss:
            link.delay = .milliseconds(20)
            // 5 % in bursts of four on average.
            link.loss = .gilbertElliott(goodToBad: 0.25 * 0.05 / 0.95, badToGood: 0.25)
        case .jitter60:
            link.delay = .milliseconds(20)
            link.jitter = .uniform(max: .milliseconds(60))
        case .reordering:
            link.delay = .milliseconds(20)
            link.reorderProbability = 0.1
            link.reorderDelay = .milliseconds(30)
            link.duplicateProbability = 0.02
            link.duplicateDelay = .milliseconds(5)
        }
        return link
    }

    private static func makeLossy(_ link: inout LinkConditions, _ probability: Double) {
        link.delay = .milliseconds(20)
        link.loss = .random(probability: probability)
    }

    private static func makeBadWiFi(_ link: inout LinkConditions) {
        link.delay = .milliseconds(5)
        link.jitter = .stalls(interval: .milliseconds(700), length: .milliseconds(60))
        link.loss = .gilbertElliott(goodToBad: 0.01, badToGood: 0.3, lossWhenGood: 0.005, lossWhenBad: 0.7)
        link.duplicateProbability = 0.01
        link.duplicateDelay = .milliseconds(2)
    }

    private static func makeMobile(_ link: inout LinkConditions) {
        link.delay = .milliseconds(45)
        link.jitter = .exponential(mean: .milliseconds(12), max: .milliseconds(150))
        link.loss = .gilbertElliott(goodToBad: 0.004, badToGood: 0.25, lossWhenGood: 0.005, lossWhenBad: 0.8)
        link.reorderProbability = 0.005
        link.reorderDelay = .milliseconds(25)
        link.rateLimit = RateLimit(bytesPerSecond: 60_000, queueDelayMax: .milliseconds(300))
    }
}
