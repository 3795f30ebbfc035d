// Tests that a report is refused before anything is computed where it could not be written.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../../client/report/find-chromium.js';
import { openReportFile } from '../../../client/report/report-file.js';
import { SpecError } from '../../../core/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'zeroscout-report-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fieldOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SpecError) return error.field;
    throw error;
  }
  return 'none';
}

describe('where a report is written', () => {
  it('is a file in a folder that exists', () => {
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'file'), '');
    for (const path of [
      '',
      folder,
      join(folder, 'sub'),
      join(folder, 'gone/report.html'),
      join(folder, 'file/report.html'),
    ])
      expect(fieldOf(() => openReportFile({ path, format: 'html' }))).toBe('out');
    expect(fieldOf(() => openReportFile({ path: join(folder, 'report.html'), format: 'html' }))).toBe('none');
  });

  it('has the ending of its format, or one of no format', () => {
    const fieldFor = (name: string) =>
      fieldOf(() => openReportFile({ path: join(folder, name), format: 'html' }));
    expect(['a.html', 'a.HTM', 'a', 'a.txt'].map(fieldFor)).toEqual(['none', 'none', 'none', 'none']);
    expect(fieldFor('a.pdf')).toBe('out');
    expect(fieldOf(() => openReportFile({ path: join(folder, 'a.html'), format: 'pdf' }))).toBe('out');
  });

  it('is written whole or not at all', async () => {
    const path = join(folder, 'whole.html');
    expect(await openReportFile({ path, format: 'html' }).write('<p>')).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('<p>');
  });
});

describe('the program that prints', () => {
  const program = join(folder, 'chromium');
  writeFileSync(program, '');
  chmodSync(program, 0o755);

  it('is the one that is named, or one on PATH', () => {
    expect(findChromium({ CHROMIUM_PATH: program })).toBe(program);
    expect(findChromium({ PATH: `relative:${folder}` })).toBe(program);
  });

  it('is missed with a way out, and a name of no program is refused', () => {
    expect(fieldOf(() => findChromium({ CHROMIUM_PATH: join(folder, 'gone') }))).toBe('CHROMIUM_PATH');
    expect(fieldOf(() => findChromium({ CHROMIUM_PATH: 'chromium' }))).toBe('CHROMIUM_PATH');
    const elsewhere = ['/Applications/Chromium.app', '/Applications/Google Chrome.app', '/snap/bin/chromium'];
    if (elsewhere.some((path) => existsSync(path))) return;
    expect(fieldOf(() => findChromium({ PATH: '/nowhere' }))).toBe('format');
    expect(() => findChromium({ PATH: '/nowhere' })).toThrow('CHROMIUM_PATH');
  });
});
