// Keeps gRPC's own messages off stderr, because each is also reported as an error. Import it before gRPC,
// which reads this setting when it is loaded.
process.env.GRPC_NODE_VERBOSITY ??= process.env.GRPC_VERBOSITY ?? 'NONE';
