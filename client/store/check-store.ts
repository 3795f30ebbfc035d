// Checks the data in NATS for damage, and rewrites it without what is damaged.
import {
  type CheckCount,
  type DamagedMessage,
  type Inspection,
  openInspection,
} from '../../store/inspection.js';
import { readConfigured } from '../connections/read-configured.js';
import type { NatsSettings } from '../connections/settings.js';
import { ensureServices } from '../embedded/embedded.js';
import { resolveHome } from '../embedded/home.js';

/**
 * How long to wait for a server that is busy reading, since checking millions of messages takes long anyway.
 */
const PATIENCE_MS = 60_000;
/** The most damaged messages that are named. */
export const MOST_NAMED = 10_000;

export interface StoreFindings {
  readonly damaged: number;
  readonly checked: readonly CheckCount[];
  /** The first damaged messages. */
  readonly messages: readonly DamagedMessage[];
}

export interface StoreCheck {
  check(): Promise<StoreFindings>;
  /**
   * Rewrites the damaged streams without their damaged messages, and checks again. No search should be
   * running.
   */
  repair(found: StoreFindings): Promise<StoreFindings>;
  close(): Promise<void>;
}

/** Connects to NATS only, since Temporal is not involved. */
export async function openStoreCheck({
  name,
  onStep,
}: {
  /** The name of this client in NATS. */
  readonly name: string;
  readonly onStep: (text: string) => void;
}): Promise<StoreCheck> {
  const settings = await natsSettings(onStep);
  const inspection = await openInspection({ ...settings, patienceMs: PATIENCE_MS, name });
  return {
    check: () => inspect(inspection),
    repair: async ({ checked }) => {
      await inspection.repair(checked);
      return inspect(inspection);
    },
    close: () => inspection.close(),
  };
}

async function natsSettings(onStep: (text: string) => void): Promise<NatsSettings> {
  const { nats } = readConfigured({});
  if (nats) return nats;
  const services = await ensureServices({ home: resolveHome(), onStep, which: ['nats'] });
  return { url: services.nats!.address, source: 'embedded' };
}

async function inspect(inspection: Inspection): Promise<StoreFindings> {
  const messages: DamagedMessage[] = [];
  const checked = await inspection.check((message) => {
    if (messages.length < MOST_NAMED) messages.push(message);
  });
  return { damaged: checked.reduce((sum, { damaged }) => sum + damaged, 0), checked, messages };
}
