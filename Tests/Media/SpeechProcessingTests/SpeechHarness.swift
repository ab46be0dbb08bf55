import AudioTestSupport
import SpeechProcessing

/// What a preprocessor made of a signal: the sound, and for each frame its speech probability and level before.
struct Processed {
    var samples: [Int16] = []
    var probabilities: [Double] = []
    var levels: [Double] = []

    init(_ input: [Int16], frame: Int = 480, settings: SpeechPreprocessorSettings = .init()) throws {
        var preprocessor = try SpeechPreprocessor(frameSampleCount: frame, settings: settings)
        for start in stride(from: 0, through: input.count - frame, by: frame) {
            var samples = Array(input[start..<start + frame])
            levels.append(samples.withUnsafeBufferPointer { AudioLevel.decibels(of: $0) })
            probabilities.append(try samples.withUnsafeMutableBufferPointer { try preprocessor.process($0) })
            self.samples += samples
        }
    }
}

/// Two signals added, clipped to 16 bits.
func mixed(_ one: [Int16], _ other: [Int16]) -> [Int16] {
    zip(one, other).map { Int16(clamping: Int($0) + Int($1)) }
}
