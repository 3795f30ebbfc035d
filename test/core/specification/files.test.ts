// Tests the readers of candidate lists and truth files, and their messages with line numbers.
import { describe, expect, it } from 'vitest';
import { type Issue, type IssueReason, SpecError } from '../../../core/errors.js';
import { parseTruth } from '../../../core/report/truth.js';
import { parseCandidateList } from '../../../core/specification/candidate-list.js';

function parse(text: string): void {
  if (!/^\|.*\|$/.test(text)) throw SpecError.of({ path: '', message: `no candidate: ${text}` });
}

function list(text: string) {
  return parseCandidateList({ text, source: 'candidates.txt', parse });
}

function truth(text: string) {
  return parseTruth({ text, source: 'truth.csv', parse });
}

function issuesOf(work: () => unknown): readonly Issue[] {
  return (failureOf(work) as SpecError).issues;
}

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  return expect.unreachable();
}

describe('parseCandidateList', () => {
  it('says that binary data are no list, and takes a stray letter of another encoding in a comment', () => {
    for (const binary of [
      'PK\u0003\u0004\0\0rest',
      '\uFFFD\uFFFDx\uFFFD'.repeat(500),
      '\u0001\u0002\u0003abc',
    ])
      expect(issuesOf(() => list(binary))).toMatchObject([{ file: 'candidates.txt', reason: 'binary-data' }]);
    expect(list(`# Gr\uFFFD\uFFFDe, in Latin-1, of the best candidates of before\n|a|`).candidates).toEqual([
      '|a|',
    ]);
  });

  it('keeps each candidate once, in order', () => {
    expect(list('\uFEFF# head\r\n|b|\r\n\r\n  |a| \n|b|\n# |c|\n|a|')).toEqual({
      candidates: ['|b|', '|a|'],
      duplicates: 2,
    });
  });

  it('names the lines at fault, twenty at most', () => {
    const file = 'candidates.txt';
    expect(issuesOf(() => list('|a|\n\nx\n|b|\ny'))).toMatchObject([
      { file, line: 3, message: expect.stringMatching(/x$/) },
      { file, line: 5, message: expect.stringMatching(/y$/) },
    ]);
    const many = Array.from({ length: 50 }, (_, i) => `bad ${i}`).join('\n');
    try {
      list(many);
      expect.unreachable();
    } catch (error) {
      const { issues } = error as SpecError;
      expect(issues).toHaveLength(21);
      expect(issues.slice(0, 20).map(({ line }) => line)).toEqual(
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
      expect(issues[20]!.message).toContain('30');
    }
  });

  it.each(['', '\n \n# only a comment\n'])('refuses an empty list', (text) => {
    expect(issuesOf(() => list(text))).toMatchObject([{ file: 'candidates.txt', reason: 'empty' }]);
  });

  it('lets other errors through', () => {
    const broken = () => {
      throw new TypeError('bug');
    };
    expect(() => parseCandidateList({ text: 'a', source: 's', parse: broken })).toThrow(TypeError);
  });
});

describe('parseTruth', () => {
  it('reads columns in any order', () => {
    const { datasets, accuracy } = truth(
      '\uFEFFcifar10, arch ,"cifar,100"\r\n91.5,|a|,7e1\r\n\r\n90,|b|,.5\r\n91.50,|a|,70\r\n',
    );
    expect(datasets).toEqual(['cifar10', 'cifar,100']);
    expect([...accuracy]).toEqual([
      ['|a|', [91.5, 70]],
      ['|b|', [90, 0.5]],
    ]);
  });

  it('leaves out rows without a number, as in a table of suggested networks that is partly filled in', () => {
    expect([...truth('arch,x,y\n|a|,1,2\n|b|,,\n|c|,,3\n').accuracy]).toEqual([
      ['|a|', [1, 2]],
      ['|c|', [Number.NaN, 3]],
    ]);
  });

  // A header at fault is explained with what was found and what is needed.
  it.each<[string, ...{ line?: number; reason?: IssueReason; names?: RegExp }[]]>([
    ['', { reason: 'empty', names: /arch,<dataset>/ }],
    ['\n\n', { reason: 'empty', names: /arch,<dataset>/ }],
    ['name,acc\n|a|,1', { line: 1, names: /"arch".*"name", "acc".*arch,<dataset>/ }],
    ['arch;acc\n|a|;1', { line: 1, names: /"arch".*"arch;acc".*arch,<dataset>.*commas/ }],
    ['arch\n|a|', { line: 1, names: /dataset.*arch,<dataset>/ }],
    ['arch,x,x\n|a|,1,2', { line: 1, names: /"x".*twice/ }],
    ['arch,\n|a|,1', { line: 1, names: /no name/ }],
    ['arch,x\n', { reason: 'empty' }],
    ['arch,x\n|a|,1\n|b|,1,2\n|c|', { line: 3, names: /3 .*2/ }, { line: 4, names: /1 .*2/ }],
    ['arch,x\n|a|,1\n\n|b|,high', { line: 4, names: /x: .*"high".*number/ }],
    ['arch,x\n|a|,\n|b|,', { reason: 'empty', names: /no number in any row.*accuracy/ }],
    ['arch,x\n|a|,1\nresnet,', { line: 3, names: /resnet/ }],
    ['arch,x\n|a|,NaN', { line: 2, names: /x: .*"NaN".*number/ }],
    ['arch,x\n|a|,0x10', { line: 2, names: /x: .*"0x10".*number/ }],
    ['arch,x\n|a|,1e999', { line: 2, names: /x: .*"1e999".*number/ }],
    ['arch,x\n|a|,1\nresnet,1', { line: 3, names: /resnet/ }],
    ['arch,x\n|a|,1\n|a|,2', { line: 3, names: /"\|a\|".*twice/ }],
    ['PK\u0003\u0004\0\0', { reason: 'binary-data', names: /UTF-8.*arch,<dataset>/ }],
  ])('%j', (text, ...wrong) => {
    const issues = issuesOf(() => truth(text));
    const places = issues.map(({ file, line, reason }) => ({ file, line, reason }));
    expect(places).toEqual(wrong.map(({ line, reason }) => ({ file: 'truth.csv', line, reason })));
    for (const [i, { names = /^/ }] of wrong.entries()) expect(issues[i]!.message).toMatch(names);
  });

  it('reads the columns of a ranking: numbers, infinite and absent ones too, and neither ranks nor classes', () => {
    const { datasets, accuracy } = truth(
      'rank,candidate,score,expressivity,progressivity,latency,class\n1,|a|,-0.5,3,,2.5,|b|\n2,|b|,-inf,4,,,|b|\n',
    );
    expect(datasets).toEqual(['score', 'expressivity', 'latency']);
    expect([...accuracy]).toEqual([
      ['|a|', [-0.5, 3, 2.5]],
      ['|b|', [Number.NEGATIVE_INFINITY, 4, Number.NaN]],
    ]);
    expect(issuesOf(() => truth('candidate,score\n|a|,high'))).toMatchObject([
      { file: 'truth.csv', line: 2, message: expect.stringMatching(/score.*"high"/) },
    ]);
    expect(issuesOf(() => truth('candidate,class\n|a|,|a|'))).toMatchObject([{ file: 'truth.csv', line: 1 }]);
  });

  it('a table of something else is one line: the first few and how many', () => {
    const text = `arch,x\n${Array.from({ length: 5_000 }, (_, i) => `${'long '.repeat(50)}${i},1`).join('\n')}`;
    const { message } = failureOf(() => truth(text));
    expect(message).not.toContain('\n');
    expect(message).toMatch(/^truth\.csv: 5000 .*line 2: .*line 3: .*line 4: .*\b4997\b/);
    expect(message.length).toBeLessThan(500);
  });

  it('names the line of a broken quote', () => {
    const reason = 'not-csv';
    expect(issuesOf(() => truth('arch,x\n|a|,1\n|b|,"2\n'))).toMatchObject([
      { file: 'truth.csv', line: expect.any(Number), reason },
    ]);
    expect(issuesOf(() => truth('arch,x\n|a|,1"2\n'))).toMatchObject([
      { file: 'truth.csv', line: 2, reason },
    ]);
  });

  it('reads the whole space', () => {
    const rows = Array.from({ length: 15_625 }, (_, i) => `|op~${i}|,${i / 200},${i / 300},${i / 400}`);
    expect(truth(`arch,a,b,c\n${rows.join('\n')}`).accuracy.size).toBe(15_625);
  });
});
