// Sets gRPC so that clients of Temporal notice within ten seconds that a server has fallen silent.

/**
 * A server that allows fewer questions (`frontend.keepAliveMinTime`, 10 s unless set) ends the connection with "too many
 * pings" after some of them; gRPC then asks half as often, and the SDK tries again what was under way.
 */
export const KEEPALIVE = {
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.keepalive_time_ms': 3_000,
  'grpc.keepalive_timeout_ms': 3_000,
} as const;
