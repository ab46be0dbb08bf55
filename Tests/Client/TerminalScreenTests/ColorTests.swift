import CellScreen
import Testing

@testable import TerminalScreen

struct ColorTests {
    @Test(arguments: [
        ([:], 256, false, "xterm-256color", 256), (["NO_COLOR": "1"], 256, true, "xterm-256color", 0),
        (["NO_COLOR": ""], 256, false, "xterm-256color", 256),
        (["NO_COLOR": "1", "COLORTERM": "truecolor"], 256, false, "xterm", 0),
        (["COLORTERM": "truecolor"], 256, false, "xterm-256color", 16_777_216),
        (["COLORTERM": "24bit"], 256, false, "xterm-256color", 16_777_216),
        (["COLORTERM": "yes"], 256, false, "rxvt", 256), (["COLORTERM": "truecolor"], 0, false, "vt100", 0),
        (["COLORTERM": "truecolor"], 256, false, "screen-256color", 256),
        (["COLORTERM": "truecolor", "TMUX": "/tmp/x"], 256, false, "screen-256color", 16_777_216),
        ([:], 256, true, "xterm-256color", 16_777_216), ([:], 0x1000000, false, "xterm-direct", 16_777_216),
        ([:], 88, false, "rxvt-88color", 16), ([:], 16, false, "xterm-16color", 16), ([:], 8, false, "linux", 8),
        ([:], 4, false, "odd", 0), ([:], 0, false, "vt100", 0),
    ])
    func `a terminal gets the colours that it has`(
        environment: [String: String], terminfoCount: Int, hasFlag: Bool, terminal: String, expected: Int
    ) {
        let count = ColorSupport.count(
            terminfoCount: terminfoCount, hasTrueColorFlag: hasFlag, terminal: terminal, environment: environment)
        #expect(count == expected)
    }

    static let mappings: [(Int, Color, Color)] = [
        (0, .rgb(255, 0, 0), .standard), (0, .indexed(1), .standard), (8, .indexed(1), .indexed(1)),
        (8, .indexed(9), .indexed(1)), (8, .rgb(250, 5, 5), .indexed(1)), (8, .rgb(1, 2, 3), .indexed(0)),
        (8, .indexed(231), .indexed(7)), (16, .indexed(9), .indexed(9)), (16, .indexed(196), .indexed(9)),
        (16, .rgb(120, 120, 130), .indexed(8)), (16, .indexed(21), .indexed(4)), (256, .indexed(200), .indexed(200)),
        (256, .rgb(255, 0, 0), .indexed(196)), (256, .rgb(0, 0, 0), .indexed(16)),
        (256, .rgb(255, 255, 255), .indexed(231)), (256, .rgb(128, 128, 128), .indexed(244)),
        (256, .rgb(95, 135, 175), .indexed(67)), (256, .rgb(8, 8, 8), .indexed(232)),
        (256, .rgb(238, 238, 238), .indexed(255)), (16_777_216, .rgb(1, 2, 3), .rgb(1, 2, 3)),
        (16_777_216, .indexed(200), .indexed(200)), (256, .standard, .standard),
    ]

    @Test(arguments: mappings)
    func `a colour becomes the nearest there is`(count: Int, color: Color, expected: Color) {
        #expect(ColorMapping(colorCount: count)(color) == expected)
    }

    @Test(arguments: [0, 8, 16, 256])
    func `every colour becomes one that there is, and stays it`(count: Int) {
        let mapping = ColorMapping(colorCount: count)
        let levels: [UInt8] = [0, 1, 63, 64, 127, 128, 200, 254, 255]
        var colors = (0...255).map { Color.indexed($0) }
        for red in levels { for green in levels { colors += levels.map { .rgb(red, green, $0) } } }
        for color in colors {
            let mapped = mapping(color)
            switch mapped {
            case .standard: #expect(count == 0)
            case .indexed(let index): #expect(Int(index) < count, "\(color)")
            case .rgb: Issue.record("\(color) became \(mapped)")
            }
            #expect(mapping(mapped) == mapped)
        }
    }
}
