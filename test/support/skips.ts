// Lists, for every file with tests that some machines skip, what they need; the reporter prints it.

/** The files, by the end of their names. */
const NEEDS: readonly (readonly [file: RegExp, need: string])[] = [
  [
    /onnx-checker|pytorch-module|custom-pytorch|graph\/operators|zeroscout-export|reference\/export|graph-costs/,
    'npm run setup:optional (PyPI: torch, onnx and onnxscript; about a minute, 0.9 GB)',
  ],
  [
    /operate\/report/,
    'Chromium (npm run setup:optional installs it as root where apt-get has it; ZEROSCOUT_CHROMIUM names another)',
  ],
  [/tour\//, 'npm run test:page (Chromium; about four minutes)'],
  [/faults\/soak/, 'npm run soak -- --minutes 10 (searches under random faults)'],
  [
    /operate\/upgrade/,
    'ZEROSCOUT_OTHER_BUILD=FOLDER/dist/cli/main.js npx vitest run test/operate/upgrade.test.ts, where FOLDER is a built checkout of another commit',
  ],
  [
    /replay\/record/,
    'ZEROSCOUT_RECORD=COURSE npx vitest run test/replay/record.test.ts (writes a history anew)',
  ],
  [/faults\/scorers|scored-batches/, 'Linux, which says how much memory a process has'],
  [/faults\/nats|full-disk/, 'Linux that permits mounting a tmpfs, as root does'],
  [/work-folder/, 'running as root'],
  [/null-cuda/, 'npx zeroscout devices install cuda (PyPI, 250 MB), and gcc'],
  [/webgpu|one-by-one/, 'a WebGPU adapter; one in software: apt-get install mesa-vulkan-drivers'],
  [
    /alert-rules|operate\/prometheus/,
    'npm run setup:optional (Debian: prometheus and promtool, unpacked without installing)',
  ],
  [
    /image\/(image|kube)/,
    'npm run test:image (Linux on x86-64, root; Debian: buildah, runc, podman, mmdebstrap)',
  ],
  [/image\/compose/, 'npm run test:compose (after npm run test:image; Debian: docker-compose, nftables)'],
  [
    /hosts\/hosts/,
    'npm run test:hosts (Linux, root; Debian: iproute2, nftables; prometheus of npm run setup:optional)',
  ],
  [/deploy\/|shipped-roles/, 'Linux on x86-64, where Helm is fetched from PyPI'],
  [/access|temporal-access|http\/server/, 'openssl on PATH'],
  [/check-device|refusal|batched\/device/, 'a machine without a GPU, for what happens there'],
  [/mobilenet-v2/, 'ZEROSCOUT_FULL=1 npx vitest run test/e2e/mobilenet-v2.test.ts (half an hour)'],
  [
    /dial-out|output-files/,
    'Linux that permits network and mount namespaces (unshare), as root does; Chromium for a report as PDF',
  ],
  [/e2e\/search/, 'the accuracy tables in ../shared (ZEROSCOUT_SHARED names another folder), and script(1)'],
  [
    /graph-spaces|custom\/published|benchmark-truths/,
    'the tables of benchmarks in ../shared (ZEROSCOUT_SHARED names another folder)',
  ],
  [/replay/, 'running without ZEROSCOUT_RECORD'],
  [/browser|orphans|make-folder|load-network|rank\/(blocks|spill-sort)/, 'Linux'],
];

/** The requirements of the skipped tests of a file; undefined if the list has no entry. */
export function needOf(file: string): string | undefined {
  return NEEDS.find(([name]) => name.test(file))?.[1];
}
