/// Limits of Operations.
enum OperationsLimits {}
