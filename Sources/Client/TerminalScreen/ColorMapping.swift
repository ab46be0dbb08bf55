import CellScreen

/// Brings a colour down to those that a terminal has. Pure.
struct ColorMapping: Sendable {
    /// 0, 8, 16, 256 or 16,777,216.
    let colorCount: Int

    func callAsFunction(_ color: Color) -> Color {
        switch color {
        case .standard: return .standard
        case _ where colorCount == 0: return .standard
        case _ where colorCount > 256: return color
        case .indexed(let index):
            guard Int(index) >= colorCount else { return color }
            // The bright ones are their dark ones to those who have eight.
            if index < 16 { return .indexed(index - 8) }
            return nearestOfPalette(Self.components(index))
        case .rgb(let red, let green, let blue):
            let wanted = Components(red: Int(red), green: Int(green), blue: Int(blue))
            return colorCount == 256 ? Self.nearestOf256(wanted) : nearestOfPalette(wanted)
        }
    }

    struct Components: Equatable { var red, green, blue: Int }

    /// What xterm shows for one of the 256. The first 16 are its defaults: everybody may change them, and does.
    static func components(_ index: UInt8) -> Components {
        let index = Int(index)
        switch index {
        case 0..<16: return palette[index]
        case 16..<232:
            let cube = index - 16
            return Components(
                red: cubeLevels[cube / 36], green: cubeLevels[cube / 6 % 6], blue: cubeLevels[cube % 6])
        default:
            let level = 8 + (index - 232) * 10
            return Components(red: level, green: level, blue: level)
        }
    }

    /// Of the cube and the greys: the first 16 look different on every desk.
    private static func nearestOf256(_ wanted: Components) -> Color {
        let cube = [wanted.red, wanted.green, wanted.blue].map { value in
            (0..<6).min { abs(cubeLevels[$0] - value) < abs(cubeLevels[$1] - value) } ?? 0
        }
        let cubeIndex = UInt8(16 + 36 * cube[0] + 6 * cube[1] + cube[2])
        let mean = (wanted.red + wanted.green + wanted.blue) / 3
        let greyIndex = UInt8(232 + max(0, min(23, (mean - 3) / 10)))
        let isGreyNearer = distance(components(greyIndex), wanted) < distance(components(cubeIndex), wanted)
        return .indexed(isGreyNearer ? greyIndex : cubeIndex)
    }

    private func nearestOfPalette(_ wanted: Components) -> Color {
        let index = (0..<min(colorCount, 16)).min {
            Self.distance(Self.palette[$0], wanted) < Self.distance(Self.palette[$1], wanted)
        }
        return .indexed(UInt8(index ?? 0))
    }

    /// As the eye has it, roughly: it tells greens best and blues worst.
    private static func distance(_ one: Components, _ other: Components) -> Int {
        let (red, green, blue) = (one.red - other.red, one.green - other.green, one.blue - other.blue)
        return 3 * red * red + 4 * green * green + 2 * blue * blue
    }

    /// xterm's 256 colours: a cube of 6×6×6 and 24 greys (`256colres.h`), before them the 16 of its defaults (`XTerm-col.ad`).
    private static let cubeLevels = [0, 95, 135, 175, 215, 255]
    private static let palette: [Components] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ].map { Components(red: $0.0, green: $0.1, blue: $0.2) }
}
