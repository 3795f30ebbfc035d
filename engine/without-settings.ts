// Removes from an environment the settings of servers, credentials, keys and signing secrets.

const SETTINGS = /^(TEMPORAL|NATS|OTEL|ZEROSCOUT_ENCRYPTION|ZEROSCOUT_SECRET)_/;

/** Servers and scorers get what they need by arguments and messages. A secret that they do not have cannot leak from them. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Names that control workers may sign webhooks under (core/specification/notify-secrets.ts).
  const signing = new Set((env.ZEROSCOUT_NOTIFY_SECRETS ?? '').split(',').map((name) => name.trim()));
  return Object.fromEntries(Object.entries(env).filter(([key]) => !SETTINGS.test(key) && !signing.has(key)));
}
