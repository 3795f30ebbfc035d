// Tests the link from a search to its page at Temporal.
import { expect, it } from 'vitest';
import { readConfigured } from '../../../client/connections/read-configured.js';
import { temporalPageOf } from '../../../client/connections/temporal-page.js';
import { SpecError } from '../../../core/errors.js';

const configured = (address?: string) =>
  readConfigured({
    env: {
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      TEMPORAL_NAMESPACE: 'my space',
      ...(address === undefined ? {} : { ZEROSCOUT_TEMPORAL_UI: address }),
    },
  }).temporal!;

it('leads to the workflow of the search in its namespace', () => {
  const page = temporalPageOf(configured('https://temporal.example/ui/'), 'first-1a2b');
  expect(page).toBe('https://temporal.example/ui/namespaces/my%20space/workflows/search-first-1a2b');
  const scheduled = temporalPageOf(configured('http://10.0.0.1:8080'), 'nightly-2026-11-28T020000Z');
  expect(scheduled).toMatch(/\/workflows\/search-nightly-2026-11-28T02%3A00%3A00Z$/);
});

it('is absent where nobody says where Temporal shows its pages', () => {
  expect(temporalPageOf(configured(), 'first-1a2b')).toBeUndefined();
});

it('is refused where it is no address of a page', () => {
  for (const address of [
    'temporal.example',
    'javascript:alert(1)',
    'https://me:secret@temporal.example',
    'ftp://x',
  ])
    expect(() => configured(address)).toThrow(SpecError);
});
