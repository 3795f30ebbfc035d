// Checks what is stored in NATS for damage, and rewrites it without what is damaged.
import {
  type Checked,
  type DamagedMessage,
  type Inspection,
  openInspection,
} from '../../store/inspection.js';
import { readConfigured } from '../connections/resolve-connections.js';
import type { NatsSettings } from '../connections/settings.js';
import { ensureServices } from '../embedded/embedded.js';
import { resolveHome } from '../embedded/home.js';

/** A check waits for a server that is busy reading; a check of millions takes long anyway. */
const PATIENCE_MS = 60_000;
/** Damaged messages that are named. */
export const MOST_NAMED = 10_000;

export interface StoreFindings {
  readonly damaged: number;
  readonly checked: readonly Checked[];
  /** The first of the damaged messages. */
  readonly messages: readonly DamagedMessage[];
}

export interface StoreCheck {
  check(): Promise<StoreFindings>;
  /** Writes the damaged streams anew without what is damaged, and checks again. No search should run. */
  repair(found: StoreFindings): Promise<StoreFindings>;
  close(): Promise<void>;
}

/** NATS alone is connected to: Temporal has no part in this. */
export async function openStoreCheck({
  name,
  onStep,
}: {
  /** What NATS calls this client. */
  readonly name: string;
  readonly onStep: (text: string) => void;
}): Promise<StoreCheck> {
  const settings = await natsSettings(onStep);
  const inspection = await openInspection({ ...settings, patienceMs: PATIENCE_MS, name });
  return {
    check: () => look(inspection),
    repair: async ({ checked }) => {
      await inspection.repair(checked);
      return look(inspection);
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

async function look(inspection: Inspection): Promise<StoreFindings> {
  const messages: DamagedMessage[] = [];
  const checked = await inspection.check((message) => {
    if (messages.length < MOST_NAMED) messages.push(message);
  });
  return { damaged: checked.reduce((sum, { damaged }) => sum + damaged, 0), checked, messages };
}
