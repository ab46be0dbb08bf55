// The folder of a module that its first types are about to fill.
