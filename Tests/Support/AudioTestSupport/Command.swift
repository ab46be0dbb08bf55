import Foundation

/// Programs that tests run beside the product.
public enum Command {
    /// Finds `name` on the usual path, or says what to install.
    public static func path(_ name: String, package: String) throws -> String {
        guard let path = ["/usr/bin/", "/bin/"].map({ $0 + name }).first(where: { access($0, X_OK) == 0 }) else {
            throw TestSignal.Failure(description: "\(name) is missing: install \(package) (Scripts/setup does)")
        }
        return path
    }

    /// Runs a program to its end; throws with what it complained about when it fails. Blocks.
    static func run(
        _ name: String, package: String, _ arguments: [String], environment: [String: String]
    ) throws {
        let errors = try BytePipe()
        let child = try ChildProcess(
            path(name, package: package), arguments, environment: environment, errors: errors)
        let complaint = String(decoding: errors.readToEnd(), as: UTF8.self)
        guard child.wait() == 0 else {
            throw TestSignal.Failure(description: "\(name) \(arguments.joined(separator: " ")) failed: \(complaint)")
        }
    }

    /// Runs a program to its end and gives what it said; throws with that when it fails. Blocks.
    public static func output(
        _ name: String, package: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> String {
        let output = try BytePipe()
        let child = try ChildProcess(
            path(name, package: package), arguments, environment: environment, output: output, errors: output)
        let text = String(decoding: output.readToEnd(), as: UTF8.self)
        guard child.wait() == 0 else {
            throw TestSignal.Failure(description: "\(name) \(arguments.joined(separator: " ")) failed: \(text)")
        }
        return text
    }
}
