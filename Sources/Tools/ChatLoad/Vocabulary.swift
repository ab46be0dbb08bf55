import NetworkSimulator

/// Made-up words, as often as words of a language are (Zipf's law: the word of rank r with a weight of 1/r): pure, from a
/// seed.
struct Vocabulary: Sendable {
    static let wordCountDefault = 50_000

    let words: [String]
    /// Sums of the weights up to each rank.
    private let cumulative: [Double]

    init(wordCount: Int = wordCountDefault) {
        words = (0..<wordCount).map(Self.word)
        var sum = 0.0
        cumulative = (1...wordCount).map { rank in
            sum += 1 / Double(rank)
            return sum
        }
    }

    /// A word by its weight.
    func word(_ generator: inout SeededGenerator) -> String {
        let wanted = generator.nextUnit() * (cumulative.last ?? 0)
        var (low, high) = (0, words.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return words[low]
    }

    /// A message of 8…12 words.
    func sentence(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 8...12, using: &generator)).map { _ in word(&generator) }.joined(separator: " ")
    }

    /// What people search for: mostly one word or two, common ones and rare ones, sometimes a phrase or a beginning.
    func query(_ generator: inout SeededGenerator) -> String {
        let rare = words[Int.random(in: words.count / 100..<words.count, using: &generator)]
        return switch Int.random(in: 0..<10, using: &generator) {
        case 0...2: word(&generator)
        case 3...5: rare
        case 6...7: "\(word(&generator)) \(word(&generator))"
        case 8: "\"\(word(&generator)) \(word(&generator))\""
        default: String(rare.prefix(4)) + "*"
        }
    }

    /// Syllables of the number: short words first, as in languages, and no two alike.
    private static func word(_ rank: Int) -> String {
        var (text, rest) = ("", rank)
        repeat {
            text += consonants[rest % consonants.count] + vowels[rest / consonants.count % vowels.count]
            rest /= consonants.count * vowels.count
        } while rest > 0
        return text
    }

    private static let consonants = "bdfghklmnprstvwz".map(String.init)
    private static let vowels = "aeiou".map(String.init)
}
