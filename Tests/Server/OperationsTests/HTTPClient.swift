import Foundation
import FoundationNetworking

/// What a person's `curl` would do.
struct HTTPClient {
    let port: UInt16
    var token: String?

    struct Answer {
        let status: Int
        let type: String
        let data: Data
        var body: String { String(decoding: data, as: UTF8.self) }
        let headers: [String: String]
    }

    func ask(
        _ path: String, method: String = "GET", body: String? = nil, type: String? = "application/json"
    ) async throws -> Answer {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue(type, forHTTPHeaderField: "Content-Type")
        }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = response as? HTTPURLResponse
        return Answer(
            status: http?.statusCode ?? 0, type: http?.value(forHTTPHeaderField: "Content-Type") ?? "",
            data: data,
            headers: http?.allHeaderFields.reduce(into: [:]) { $0["\($1.key)".lowercased()] = "\($1.value)" } ?? [:])
    }
}
