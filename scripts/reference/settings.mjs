// Writes the page of the environment variables from their table.
import { SETTINGS } from '../../dist/core/settings.js';
import { code, page, table } from './markdown.mjs';

export function settingsPage() {
  const sections = Object.entries(SETTINGS).map(([subject, settings]) => {
    const rows = settings.map((setting) => [code(setting.name), meaningOf(setting), setting.default ?? '']);
    return `## ${subject}\n\n${table(['variable', 'means', 'default'], rows)}`;
  });
  return page(
    'Settings',
    'These environment variables configure servers and processes. A search is configured by its [specification](specification.md), a command by its [options](commands.md). A `ZEROSCOUT_` variable without text counts as not set.',
    sections,
  );
}

function meaningOf({ meaning, readBy }) {
  return readBy === undefined ? meaning : `${meaning} Read by ${readBy}.`;
}
