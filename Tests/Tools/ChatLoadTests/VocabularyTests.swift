import NetworkSimulator
import Testing

@testable import ChatLoad

@Suite("Made-up text is like text")
struct VocabularyTests {
    private let vocabulary = Vocabulary(wordCount: 5_000)

    @Test("no two words are alike")
    func distinct() {
        #expect(Set(Vocabulary().words).count == Vocabulary.wordCountDefault)
    }

    @Test("the second word comes half as often as the first, the tenth a tenth")
    func zipf() {
        var generator = SeededGenerator(seed: 3)
        var counts: [String: Int] = [:]
        for _ in 0..<200_000 { counts[vocabulary.word(&generator), default: 0] += 1 }
        let first = Double(counts[vocabulary.words[0]] ?? 0)
        let ratios = [2, 10].map { Double(counts[vocabulary.words[$0 - 1]] ?? 0) / first }
        #expect((0.45...0.55).contains(ratios[0]) && (0.08...0.12).contains(ratios[1]), "\(ratios)")
    }

    @Test("a sentence has 8 to 12 words, and a seed repeats it")
    func sentences() {
        var (first, second) = (SeededGenerator(seed: 9), SeededGenerator(seed: 9))
        for _ in 0..<1_000 {
            let sentence = vocabulary.sentence(&first)
            #expect(sentence == vocabulary.sentence(&second))
            #expect((8...12).contains(sentence.split(separator: " ").count))
        }
    }
}
