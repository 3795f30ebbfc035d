// Chooses a loopback address for Temporal's web page that no page of another site can guess.
import { randomInt } from 'node:crypto';

/**
 * The page answers to any host name, so a site whose name resolves to this machine (DNS rebinding) could read
 * all searches through a browser here. Linux has 16 million loopback addresses, and such a site would have to
 * try each with each port. Other systems have one, so there is no page unless ZEROSCOUT_WEB_PAGE=on accepts
 * the risk.
 */
export function chooseWebHost({
  last,
  env = process.env,
  platform = process.platform,
}: {
  readonly last?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}): string | undefined {
  if (env.ZEROSCOUT_WEB_PAGE === 'off') return undefined;
  if (platform === 'linux') return last && last !== ONLY ? last : createHiddenHost();
  return env.ZEROSCOUT_WEB_PAGE === 'on' ? ONLY : undefined;
}

const ONLY = '127.0.0.1';

/** Bytes other than 0 and 255, which some programs take for networks. */
function createHiddenHost(): string {
  return `127.${[0, 1, 2].map(() => randomInt(1, 255)).join('.')}`;
}
