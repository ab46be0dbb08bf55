/// Settings for the benchmark's own servers, as environment variables (`Documentation/Configuration.md`).
package enum ServerLimits {
    /// All simulated clients come from one address and most of them do more than people do: limits that are there against
    /// that must not be what is measured. Passwords are hashed with the least cost: logging in is not measured either.
    package static let raised: [String: String] = [
        "ROOMTONE_CONTROL_CONNECTIONS_PER_ADDRESS_MAX": "65000",
        "ROOMTONE_CONTROL_UNAUTHENTICATED_PER_ADDRESS_MAX": "65000",
        "ROOMTONE_CONTROL_MESSAGE_BURST": "10000",
        "ROOMTONE_CONTROL_MESSAGE_INTERVAL_MILLISECONDS": "1",
        "ROOMTONE_ACCOUNTS_REGISTRATIONS_PER_ADDRESS_BURST": "100000",
        "ROOMTONE_ACCOUNTS_HASH_MEMORY_BYTES": "8192",
        "ROOMTONE_ACCOUNTS_HASH_PASSES": "1",
        "ROOMTONE_TEXT_MESSAGES_PER_USER_BURST": "1000000",
        "ROOMTONE_TEXT_MESSAGES_PER_USER_PER_SECOND": "1000",
        "ROOMTONE_TEXT_MESSAGES_PER_ADDRESS_BURST": "1000000",
        "ROOMTONE_TEXT_MESSAGES_PER_ADDRESS_PER_SECOND": "1000",
        "ROOMTONE_TEXT_SEARCHES_PER_USER_BURST": "1000000",
        "ROOMTONE_TEXT_SEARCHES_PER_USER_PER_SECOND": "1000",
        "ROOMTONE_ROOMS_MADE_PER_USER_BURST": "65000",
        "ROOMTONE_ROOMS_JOINED_MAX": "1000",
        "ROOMTONE_ROOMS_MEMBERS_MAX": "65000",
    ]
}
