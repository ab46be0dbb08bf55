import Testing
import VoiceQuality

@Suite("The E-model gives what ITU-T has published")
struct TransmissionRatingTests {
    @Test(
        "the scores of G.107 Annex B, table B.1",
        arguments: [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)])
    func scores(rating: Int, score: Double) {
        #expect(abs(TransmissionRating(Double(rating)).meanOpinionScore - score) < 0.0065)
    }

    @Test("4.41 for a perfect path, the default of G.107 §7.7")
    func perfect() {
        let rating = TransmissionRating(mouthToEarMilliseconds: 0, codec: .opus, loss: .none)
        #expect(rating.value == 93.2)
        #expect(abs(rating.meanOpinionScore - 4.41) < 0.005)
    }

    @Test("a score is between 1 and 4.5, a rating between 0 and 100, whatever comes")
    func bounds() {
        for value in stride(from: -50.0, through: 150, by: 0.5) {
            let rating = TransmissionRating(value)
            #expect((0...100).contains(rating.value))
            #expect((1...4.5).contains(rating.meanOpinionScore))
        }
    }

    @Test(
        "the impairments of G.729A with silence suppression under random loss, G.113 Appendix I",
        arguments: [(0, 11.0), (1, 15), (2, 19), (3, 23), (4, 26), (8, 36), (16, 49)])
    func publishedLoss(percent: Int, impairment: Double) {
        let codec = CodecImpairment(impairment: 11, lossRobustness: 19)
        let computed = codec.effectiveImpairment(FrameLoss(fraction: Double(percent) / 100))
        // The table has whole numbers.
        #expect(abs(computed - impairment) < 0.65, "\(computed)")
    }

    @Test("loss in bursts is worse than as much random loss")
    func bursts() {
        let random = CodecImpairment.opus.effectiveImpairment(FrameLoss(fraction: 0.02))
        let bursty = CodecImpairment.opus.effectiveImpairment(FrameLoss(fraction: 0.02, burstRatio: 2))
        // 95 · 2 / (2 + 9.79) and 95 · 2 / (2 / 2 + 9.79)
        #expect(abs(random - 16.115) < 0.001)
        #expect(abs(bursty - 17.609) < 0.001)
    }

    @Test(
        "delay is not noticed up to 100 ms, and costs what G.107 §7.4 says past that",
        arguments: [(0.0, 0.0), (99, 0), (100, 0), (150, 0.164), (200, 3.04), (400, 24.07), (800, 40.83)])
    func delay(milliseconds: Double, impairment: Double) {
        #expect(abs(DelayImpairment.value(ofMilliseconds: milliseconds) - impairment) < 0.01)
    }
}
