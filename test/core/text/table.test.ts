// Tests which texts are tables of candidates, and that the text of a candidate is read as it was written.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { candidateColumn, candidateText, isCandidateTable, readTable } from '../../../core/text/table.js';
import { textCell } from '../../../core/text/text-cell.js';

test('a table of candidates begins with its header; a comment or a candidate is no header', () => {
  for (const text of [
    'candidate,score\n',
    'rank,"candidate"',
    '\n arch , acc',
    'matrix,operations',
    '\uFEFFarch',
  ])
    expect(isCandidateTable(text)).toBe(true);
  for (const text of [
    '',
    '# arch',
    '#,candidate,score',
    'matrix,acc',
    '|nor_conv_3x3~0|',
    'architecture,acc',
  ])
    expect(isCandidateTable(text)).toBe(false);
});

test('a ranking is read with the texts that it was written with', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', "'=1", "''=1", "'a", '-x', '-1', 'a,b', 'a"b', '@'),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      fc.pre(candidate.trim() === candidate && !/[\0\uFFFD]/.test(candidate));
      const csv = `score,candidate\n1,${textCell(candidate)}\n`;
      const { names, rows } = readTable({ text: csv, source: 'a.csv', shape: '' });
      const column = candidateColumn(names!)!;
      const { cells } = rows[0]!;
      expect(candidateText({ column, cells, parse: () => {} })).toBe(candidate);
    }),
  );
});

test('a name in a table of other programs keeps its quote where it is no candidate without it', () => {
  const column = candidateColumn(['arch'])!;
  const parse = (known: string) => (text: string) => {
    if (text !== known) throw SpecError.of({ path: 'candidate', message: 'unknown' });
  };
  const read = (known: string) => candidateText({ column, cells: ["'=net"], parse: parse(known) });
  expect([read('=net'), read("'=net")]).toEqual(['=net', "'=net"]);
});
