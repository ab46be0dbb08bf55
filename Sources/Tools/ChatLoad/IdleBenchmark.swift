import Foundation
import LoadSupport
import NIOCore

/// Measures what idle users cost, each time on a server of its own: one run says little, for an allocator's mood is in it.
public struct IdleBenchmark: Sendable {
    private let userCount: Int
    private let runs: Int
    private let settling: TimeAmount
    private let serverProgram: String
    private let workFolder: URL

    /// - Parameter settlingSeconds: from the last login to the measurement.
    public init(userCount: Int, runs: Int, settlingSeconds: Int, serverProgram: String, workFolder: String) {
        self.userCount = userCount
        self.runs = runs
        settling = .seconds(Int64(settlingSeconds))
        self.serverProgram = serverProgram
        self.workFolder = URL(filePath: workFolder)
    }

    /// - Parameter say: takes each run's figures when they are there.
    public func run(say: (IdleFigures) -> Void) async throws -> IdleFigures {
        let generator = try LoadClients()
        do {
            var figures: [IdleFigures] = []
            for run in 1...runs {
                let directory = workFolder.appending(path: "idle\(run)").path
                let server = try ServerProcess(
                    serverProgram, dataDirectory: directory, settings: ServerLimits.raised)
                defer { server.stop() }
                let found = try await generator.measureIdleUsers(userCount, settling: settling, server: server)
                say(found)
                figures.append(found)
            }
            await generator.shutDown()
            return IdleFigures(mediansOf: figures)
        } catch {
            await generator.shutDown()
            throw error
        }
    }

    /// From the last login to the measurement, unless told otherwise: long enough for what follows a login.
    public static let settlingSecondsDefault = 3
}

extension IdleFigures {
    /// - Parameter runs: of the same number of users, at least one.
    init(mediansOf runs: [IdleFigures]) {
        func median(_ value: (IdleFigures) -> Int) -> Int { Int(Median.of(runs.map { Double(value($0)) })) }
        func memory(_ part: (IdleFigures) -> ResidentMemory) -> ResidentMemory {
            ResidentMemory(
                bytes: median { part($0).bytes }, anonymousBytes: median { part($0).anonymousBytes },
                fileBytes: median { part($0).fileBytes })
        }
        self.init(
            userCount: runs.first?.userCount ?? 0, before: memory(\.before), with: memory(\.with),
            residentBytesPeak: median(\.residentBytesPeak))
    }

    /// In one line, for people.
    public var text: String {
        "\(userCount) idle users: before \(before.text), with them \(with.text), "
            + "\((Double(bytesEach) / 1_024).rounded(1)) KiB each, peak \(residentBytesPeak.mebibytes)"
    }

    public var goal: Goal {
        Goal(
            name: "\(userCount) idle users over TLS, resident", wanted: "< 60 MiB", found: with.bytes.mebibytes,
            isMet: with.bytes < 60 << 20)
    }
}

extension ResidentMemory {
    var text: String { "\(bytes.mebibytes) (heap \(anonymousBytes.mebibytes), files \(fileBytes.mebibytes))" }
}
