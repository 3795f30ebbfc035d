// Finds the IPv4 address that an IPv6 address embeds: mapped, translated (NAT64, SIIT), tunnelled by 6to4, or
// compatible.

/**
 * Prefixes as 16-bit groups, with the index of the group at which the IPv4 address begins. RFC 4291, 2765,
 * 6052, 3056.
 */
const FORMS: readonly { readonly prefix: readonly number[]; readonly at: number }[] = [
  { prefix: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { prefix: [0, 0, 0, 0, 0xffff, 0], at: 6 },
  { prefix: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { prefix: [0x2002], at: 1 },
  { prefix: [0, 0, 0, 0, 0, 0], at: 6 },
];

/** `undefined` for an address that embeds none; this includes `::` and `::1`. */
export function extractIPv4(address: string): string | undefined {
  const groups = groupsOf(address);
  const form = FORMS.find(({ prefix }) => prefix.every((group, index) => groups[index] === group));
  if (!form) return undefined;
  const [high, low] = [groups[form.at]!, groups[form.at + 1]!];
  if (form.prefix.length === 6 && form.prefix.every((group) => group === 0) && high === 0 && low <= 1)
    return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // The WHATWG form has no dotted part and at most one `::`.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head, tail] = canonical.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const zeros = tail === undefined ? 0 : 8 - head!.length - tail.length;
  const groups = [...head!, ...Array<string>(zeros).fill('0'), ...(tail ?? [])];
  return groups.map((group) => Number.parseInt(group, 16));
}
