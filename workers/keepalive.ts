// Configures gRPC so that clients of Temporal notice within ten seconds that a server no longer responds.

/**
 * A server that allows fewer pings (`frontend.keepAliveMinTime`, 10 s by default) ends the connection with
 * "too many pings" after some of them. gRPC then halves the rate, and the SDK retries what was in progress.
 */
export const KEEPALIVE = {
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.keepalive_time_ms': 3_000,
  'grpc.keepalive_timeout_ms': 3_000,
} as const;
