import AudioTestSupport

/// How well words came through.
struct Hearing: CustomStringConvertible {
    let alignment: Alignment?
    let similarity: Double
    let otherSimilarity: Double
    let gaps: [Range<Int>]

    init(of speech: [Int16], in recording: [Int16], ratherThan others: [Int16]) {
        alignment = Alignment.find(speech, in: recording)
        let offset = alignment?.offset ?? 0
        similarity = SpectralSimilarity.between(speech, recording, offset: offset) ?? 0
        otherSimilarity = SpectralSimilarity.between(others, recording, offset: offset) ?? 0
        gaps = GapFinder.gaps(speech, recording, offset: offset, millisecondsMin: 40)
    }

    /// A concealed frame costs little of either; a lost word, or a wrong one, costs much.
    var isWhole: Bool { similarity > 0.85 && gaps.isEmpty }

    var description: String {
        "similarity \(similarity), to other words \(otherSimilarity), gaps \(gaps), "
            + (alignment.map(String.init(describing:)) ?? "not found")
    }
}
