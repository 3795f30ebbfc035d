// In: an environment. Out: the same without what tells clients where servers are, who to be there and how to decrypt.

/** Servers and scorers are told by arguments and messages; a secret that they do not have they cannot lose. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([key]) => !/^(TEMPORAL|NATS|OTEL|ZEROSCOUT_ENCRYPTION)_/.test(key)),
  );
}
