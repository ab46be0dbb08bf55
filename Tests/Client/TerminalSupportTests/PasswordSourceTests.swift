import TerminalSupport
import TestSupport
import Testing

struct PasswordSourceTests {
    private let folder: TemporaryFolder
    /// Nobody is there to be asked.
    private let nobody = TerminalPrompt(input: -1, output: -1)

    init() throws { folder = try TemporaryFolder() }

    private func source(file: String? = nil, _ environment: [String: String] = [:]) -> PasswordSource {
        PasswordSource(file: file, environment: environment, prompt: nobody)
    }

    @Test func `the file comes before the variable, and its first line counts`() throws {
        try folder.write("first line\r\nsecond\n", to: "password")
        let both = source(file: folder.file("password"), ["ROOMTONE_PASSWORD": "variable"])
        #expect(try both.password(user: "ada", server: "here") == "first line")
        #expect(try source(["ROOMTONE_PASSWORD": "variable"]).newPassword("New password") == "variable")
    }

    @Test(arguments: [PasswordSource.passwordBytesMax, PasswordSource.passwordBytesMax + 1])
    func `the longest password is taken and a longer one refused`(count: Int) throws {
        try folder.write(String(repeating: "x", count: count) + "\n", to: "password")
        let source = source(file: folder.file("password"))
        if count == PasswordSource.passwordBytesMax {
            #expect(try source.password(user: "ada", server: "here").utf8.count == count)
        } else {
            #expect { try source.password(user: "ada", server: "here") } throws: {
                ($0 as? CommandFailure)?.status == .usage
            }
        }
    }

    @Test func `without any source it says what there is, and an empty password is none`() {
        #expect { try source().newPassword("New password") } throws: {
            ($0 as? CommandFailure)?.status == .usage && "\($0)".contains("ROOMTONE_PASSWORD")
        }
        #expect { try source(["ROOMTONE_PASSWORD": ""]).password(user: "ada", server: "here") } throws: {
            ($0 as? CommandFailure)?.status == .usage
        }
        #expect { try source(file: "/nowhere/password").password(user: "ada", server: "here") } throws: {
            ($0 as? CommandFailure)?.status == .fileMissing
        }
    }
}
