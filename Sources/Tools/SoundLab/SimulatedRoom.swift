import Foundation

/// What a room does to sound on its way from a loudspeaker to a microphone on the same table: reflections of reflections of six
/// walls, as images of the loudspeaker (Allen and Berkley, JASA 65, 1979). 48 kHz.
public struct SimulatedRoom: Sendable {
    public let name: String
    /// Length, width, height in metres.
    let size: [Double]
    let speaker: [Double]
    let microphone: [Double]
    /// Where the microphone is moved to.
    let movedMicrophone: [Double]
    /// Seconds in which sound loses 60 dB.
    let reverberationSeconds: Double

    public static let all = [
        SimulatedRoom(
            name: "small, 3 × 2.5 m, 0.2 s", size: [3, 2.5, 2.4], speaker: [1.2, 1, 0.8], microphone: [1.5, 1.3, 0.8],
            movedMicrophone: [1.3, 1.3, 1], reverberationSeconds: 0.2),
        SimulatedRoom(
            name: "medium, 5 × 4 m, 0.4 s", size: [5, 4, 2.7], speaker: [2, 1.5, 0.8], microphone: [2.4, 1.8, 0.8],
            movedMicrophone: [2.4, 2, 1], reverberationSeconds: 0.4),
        SimulatedRoom(
            name: "large, 9 × 7 m, 0.7 s", size: [9, 7, 3.2], speaker: [4, 3, 0.8], microphone: [4.5, 3.4, 0.8],
            movedMicrophone: [4.3, 3.6, 1], reverberationSeconds: 0.7),
    ]

    /// The response at 48 kHz, its energy `decibels` below one that leaves sound as it is.
    func response(moved: Bool, decibels: Double) -> [Float] {
        let receiver = moved ? movedMicrophone : microphone
        let count = Int(reverberationSeconds * 48_000)
        var response = [Double](repeating: 0, count: count + 1)
        let reach = size.map { Int((Double(count) * Self.metresPerSample / (2 * $0)).rounded(.up)) }
        for x in images(0, reach, receiver) {
            for y in images(1, reach, receiver) {
                let flat = x.distance * x.distance + y.distance * y.distance
                for z in images(2, reach, receiver) {
                    let distance = (flat + z.distance * z.distance).squareRoot()
                    let time = distance / Self.metresPerSample
                    guard time < Double(count) else { continue }
                    let strength = pow(reflection, Double(x.bounces + y.bounces + z.bounces)) / distance
                    let index = Int(time)
                    response[index] += strength * (1 - (time - Double(index)))
                    response[index + 1] += strength * (time - Double(index))
                }
            }
        }
        let energy = response.reduce(0) { $0 + $1 * $1 }
        let scale = pow(10, decibels / 20) / energy.squareRoot()
        return response.map { Float($0 * scale) }
    }

    /// Images of the loudspeaker along one axis: how far from the microphone, and after how many walls.
    private func images(_ axis: Int, _ reach: [Int], _ receiver: [Double]) -> [(distance: Double, bounces: Int)] {
        (-reach[axis]...reach[axis]).flatMap { order in
            [0, 1].map { side in
                let image = Double(1 - 2 * side) * speaker[axis] + 2 * Double(order) * size[axis]
                return (image - receiver[axis], abs(order - side) + abs(order))
            }
        }
    }

    /// Share of the pressure that a wall gives back, from the time of reverberation (Sabine).
    private var reflection: Double {
        let volume = size[0] * size[1] * size[2]
        let surface = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
        return max(0.01, 1 - 0.161 * volume / (surface * reverberationSeconds)).squareRoot()
    }

    private static let metresPerSample = 343.0 / 48_000
}
