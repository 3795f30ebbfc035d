// Tests what words of the command line mean, and with which code a command ends after each kind of error.
import { CommanderError, InvalidArgumentError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createWholeNumberParser,
  Interrupted,
  parseDurationArgument,
  parseInstantArgument,
  parseListenArgument,
  parseTimezoneArgument,
  parseWorkerNameArgument,
} from '../../cli/arguments.js';
import { reportError } from '../../cli/report-error.js';
import { BlobError, DeviceError, ServiceError, SpecError } from '../../core/errors.js';

afterEach(() => vi.restoreAllMocks());

const read = (parse: (text: string) => unknown, text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    expect(error, text).toBeInstanceOf(InvalidArgumentError);
    return 'refused';
  }
};

describe('words', () => {
  it('are whole numbers within their bounds', () => {
    const parse = createWholeNumberParser({ min: 2, max: 20 });
    const words = ['2', '20', '1', '21', '-3', '3.5', '3e0', '', ' 3', '0x3', '007'];
    expect(words.map((word) => read(parse, word))).toEqual([2, 20, ...Array(8).fill('refused'), 7]);
  });

  it('are addresses', () => {
    const words = [
      '127.0.0.1:9464',
      '[::1]:80',
      'host:65535',
      'host:65536',
      'host',
      ':80',
      'a b:80',
      'http://a:80',
    ];
    expect(words.map((word) => read(parseListenArgument, word))).toEqual([
      { host: '127.0.0.1', port: 9464 },
      { host: '::1', port: 80 },
      { host: 'host', port: 65_535 },
      ...Array(5).fill('refused'),
    ]);
  });

  it('are times, of which a date is its first moment in UTC', () => {
    const words = ['2026-11-20', '2026-11-20T02:00Z', '2026-11-20T02:00+02:00'];
    expect(words.map((word) => (read(parseInstantArgument, word) as Date).toISOString())).toEqual([
      '2026-11-20T00:00:00.000Z',
      '2026-11-20T02:00:00.000Z',
      '2026-11-20T00:00:00.000Z',
    ]);
    for (const word of ['2026', '2026-13-01', 'yesterday', '20.11.2026', '1'])
      expect(read(parseInstantArgument, word), word).toBe('refused');
  });

  it('are durations, time zones and names of workers', () => {
    expect(['90s', '2h', '30d', '5', 'h'].map((word) => read(parseDurationArgument, word))).toEqual([
      90_000,
      7_200_000,
      30 * 86_400_000,
      'refused',
      'refused',
    ]);
    expect(['Europe/Berlin', 'Europe/Nowhere'].map((word) => read(parseTimezoneArgument, word))).toEqual([
      'Europe/Berlin',
      'refused',
    ]);
    const names = ['gpu-1.rack_2@host', 'a'.repeat(100), '-a', 'a b', '', 'a'.repeat(101)];
    expect(names.map((name) => read(parseWorkerNameArgument, name))).toEqual([
      ...names.slice(0, 2),
      ...Array(4).fill('refused'),
    ]);
  });
});

describe('errors', () => {
  const service = new ServiceError({ reason: 'unreachable', address: 'a:1', fault: 'away' });
  it.each<[string, Error, number]>([
    ['wrong input', SpecError.of({ path: 'seed', message: 'wrong' }), 2],
    ['a wrong option', new CommanderError(1, 'commander.unknownOption', 'wrong'), 2],
    ['a server that is away', service, 1],
    ['a damaged blob', new BlobError('damaged'), 1],
    ['a device that cannot be used', new DeviceError({ device: 'cuda', message: 'no driver' }), 1],
    ['anything else', new Error('unexpected'), 1],
    ['Ctrl-C', new Interrupted('stopped'), 130],
  ])('%s', (_, error, code) => {
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    expect(reportError(error)).toBe(code);
    // Commander has said it already.
    if (error instanceof CommanderError) expect(said).toEqual([]);
    else expect(said.join('')).toContain(error.message.split('\n')[0]);
  });
});
