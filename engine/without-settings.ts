// In: an environment. Out: the same without what tells clients where servers are, who to be there and how to decrypt, or signs webhooks.

const SETTINGS = /^(TEMPORAL|NATS|OTEL|ZEROSCOUT_ENCRYPTION|ZEROSCOUT_SECRET)_/;

/** Servers and scorers are told by arguments and messages; a secret that they do not have they cannot lose. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Names that control workers may sign webhooks under (core/specification/notify-secrets.ts).
  const signing = new Set((env.ZEROSCOUT_NOTIFY_SECRETS ?? '').split(',').map((name) => name.trim()));
  return Object.fromEntries(Object.entries(env).filter(([key]) => !SETTINGS.test(key) && !signing.has(key)));
}
