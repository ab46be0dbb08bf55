import JSONText
import Testing

/// Whole numbers are exact, however they are written.
@Suite struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONValue { try JSONDocument(text.utf8, nestingMax: 1).root }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("-0.0", 0), ("1", 1), ("1.0", 1), ("1e0", 1), ("10e-1", 1), ("0.1e1", 1),
            ("1.50e2", 150),
            ("0e99999999999999999999999", 0), ("0.000", 0), ("100000000000000000000e-20", 1),
            ("0.00000000000000000001e20", 1),
            ("18446744073709551615", .max), ("18446744073709551615.000", .max), ("1.8446744073709551615e19", .max),
            ("184467440737095516150E-1", .max), ("9007199254740993", 9_007_199_254_740_993),
            ("9007199254740993.0", 9_007_199_254_740_993),
        ] as [(String, UInt64)])
    func wholeNumbersAreExact(_ text: String, _ value: UInt64) throws {
        #expect(try number(text).unsigned == value)
        #expect(try number(text).signed == Int64(exactly: value))
    }

    @Test(arguments: [
        "1.5", "1e-1", "18446744073709551616", "1.8446744073709551616e19", "1e20", "1e99999999999999999999999",
        "1e-99999999999999999999999", "1e9223372036854775807", "1.5e-9223372036854775808",
        "0.1e-9223372036854775808", "10e9223372036854775807", "10.5e-9223372036854775807", "100e9223372036854775806",
        "10e4294967294", "10e-4294967294", "10e4294967295", "99999999999999999999", "true", "\"1\"", "null", "[]",
    ])
    func othersAreNone(_ text: String) throws {
        #expect(try number(text).unsigned == nil)
        #expect(try number(text).signed == nil)
    }

    @Test func signedNumbersEndWhereTheirTypeEnds() throws {
        #expect(try number("-9223372036854775808").signed == .min)
        #expect(try number("-9223372036854775808.0").signed == .min)
        #expect(try number("-9223372036854775809").signed == nil)
        #expect(try number("9223372036854775807").signed == .max)
        #expect(try number("9223372036854775808").signed == nil)
        #expect(try number("-1").unsigned == nil)
    }

    @Test func fractionsAreTheNearestOfTheirType() throws {
        #expect(try number("0.1").double == 0.1)
        #expect(try number("0.1").float == 0.1)
        #expect(try number("-2.5e-3").double == -0.0025)
        #expect(try number("1e39").float == nil)
        #expect(try number("1e39").double == 1e39)
        #expect(try number("1e999").double == nil)
        #expect(try number("1e-999").double == 0)
        #expect(try number("\"1\"").double == nil)
    }
}
