// Removes the settings of servers, credentials, keys and signing secrets from an environment.

const SETTINGS = /^(TEMPORAL|NATS|OTEL|ZEROSCOUT_ENCRYPTION|ZEROSCOUT_SECRET)_/;

/**
 * Servers and scorers receive what they need as arguments and messages. They cannot leak a secret that they
 * do not have.
 */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Names of variables with which control workers may sign webhooks (core/specification/notify-secrets.ts).
  const signing = new Set((env.ZEROSCOUT_NOTIFY_SECRETS ?? '').split(',').map((name) => name.trim()));
  return Object.fromEntries(Object.entries(env).filter(([key]) => !SETTINGS.test(key) && !signing.has(key)));
}
