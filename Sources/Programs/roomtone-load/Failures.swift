import ArgumentParser
import Foundation
import LoadTester
import RoomClient
import UnixSignals

/// Ends a run that cannot be carried out with one line and the status that says why (`sysexits.h`).
enum Failures {
    static func reported(_ progress: LoadProgress, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch is CancellationError {
            throw ExitCode(130)
        } catch let error as LoadOptionError {
            try end(progress, error, status: EX_USAGE)
        } catch let error as RoomClientError where error.code == .addressInvalid {
            try end(progress, error, status: EX_USAGE)
        } catch {
            try end(progress, error, status: EX_UNAVAILABLE)
        }
    }

    private static func end(_ progress: LoadProgress, _ error: any Error, status: Int32) throws {
        progress.endLine()
        FileHandle.standardError.write(Data("roomtone-load: \(error)\n".utf8))
        throw ExitCode(status)
    }
}

/// Lets Ctrl-C and SIGTERM end a run in order, once; a second one ends the program at once.
enum Interruption {
    static func cancelling(
        _ progress: LoadProgress, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                for await _ in signals { return false }
                return false
            }
            guard let isDone = try await group.next(), !isDone else { return group.cancelAll() }
            progress.say("interrupted: tidying up; once more to end at once")
            group.cancelAll()
            _ = signal(SIGINT, SIG_DFL)
            _ = signal(SIGTERM, SIG_DFL)
            try await group.waitForAll()
            throw CancellationError()
        }
    }
}
