// Keeps gRPC's own lines off stderr: what they report reaches us as an error too. To be imported before gRPC, which reads this when it is loaded.
process.env.GRPC_NODE_VERBOSITY ??= process.env.GRPC_VERBOSITY ?? 'NONE';
