// Writes the worked example for decision makers, in English and Japanese, from
// bench/results/worked-example.json.
import { readFileSync } from 'node:fs';
import { page, table } from './markdown.mjs';

const read = () =>
  JSON.parse(readFileSync(new URL('../../bench/results/worked-example.json', import.meta.url), 'utf8'));

const SPECIFICATION = (specification) =>
  Object.entries(specification)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`)
    .join('\n');

export function workedExamplePage() {
  const example = read();
  const [first] = example.datasets;
  const intro = `NAS-Bench-201 is a benchmark in which all ${count(example.candidates)} networks have been trained by its authors. That makes it possible to say what would have happened: the search below knows nothing of those trainings, and afterwards we look them up.`;
  return page('A worked example: from all networks to five', intro, [
    `## The question\n\n\`\`\`yaml\n${SPECIFICATION(example.specification)}\n\`\`\`\n\nThree draws of random weights, random images, no labels. This ranking, the four proxies of AZ-NAS and \`residual\`, is not the default. Of networks that are the same function under several names one is scored: ${count(example.functions)} functions for ${count(example.candidates)} networks.`,
    `## The search\n\nIt took ${minutes(example.seconds)} minutes on ${example.machine.cores} cores of one machine (${example.machine.processor}), servers included, no GPU.`,
    `## The five that are trained\n\nThe five best of the ranking that are different functions, with the accuracy (%) that training gave each of them:\n\n${table(
      ['rank', 'network', ...example.datasets.map(({ dataset }) => dataset)],
      example.trained.map(({ rank, candidate, accuracies }) => [
        rank,
        `\`${candidate}\``,
        ...accuracies.map(two),
      ]),
    )}`,
    `## What it was worth\n\n${table(
      ['', ...example.datasets.map(({ dataset }) => dataset)],
      [
        ['best of the five', ...example.datasets.map(({ best }) => two(best))],
        ['mean of the five', ...example.datasets.map(({ mean }) => two(mean))],
        [
          'best of the five with the most computation (FLOPs)',
          ...example.datasets.map(({ bestByFlops }) => two(bestByFlops)),
        ],
        [
          'best of five at random, expected',
          ...example.datasets.map(({ expectedBestAtRandom }) => two(expectedBestAtRandom)),
        ],
        [
          'random trainings whose best is expected to be as good',
          ...example.datasets.map(({ randomTrainingsForTheSame }) => count(randomTrainingsForTheSame)),
        ],
        ['most accurate of all', ...example.datasets.map(({ mostAccurate }) => two(mostAccurate))],
        ['mean of all', ...example.datasets.map(({ meanOfAll }) => two(meanOfAll))],
      ],
    )}`,
    `## How to read it\n\n- On ${first.dataset}, the best of five trainings chosen by the ranking is as good as the best of about ${count(first.randomTrainingsForTheSame)} random trainings is expected to be. That is the saving.\n- Compare with the row of FLOPs: choosing the five networks with the most computation costs nothing. Where it is as good, the ranking has added nothing. With a limit on computation it cannot be used in this way.\n- ${foundInEnglish(example.datasets)} If you need the last tenth of a percent, train more than five.\n- This benchmark is favourable: \`residual\` and the measured features were chosen by looking at its accuracies. Expect less on other spaces; [known limits](../understand/limits.md) and [rankings and known accuracies](../understand/rankings.md) have the figures.\n\nTo repeat it: \`npm run bench:example -- --truth FILE\`, with a CSV of the accuracies of NAS-Bench-201 (\`arch,<dataset>,...\`).`,
  ]);
}

export function workedExamplePageInJapanese() {
  const example = read();
  const [first] = example.datasets;
  const intro = `NAS-Bench-201 は、${count(example.candidates)} 個のネットワークすべてを作者が学習させたベンチマークです。そのため「もし学習させていたらどうなったか」が分かります。以下の探索は学習結果を一切使わず、終わった後で結果を調べます。`;
  return page('実例: 全ネットワークから 5 個へ', intro, [
    `## 問い\n\n\`\`\`yaml\n${SPECIFICATION(example.specification)}\n\`\`\`\n\n乱数の重みを 3 回抽選し、乱数の画像を使い、ラベルは使いません。このランキング(AZ-NAS の四つのプロキシと \`residual\`)は既定のものではありません。名前が違っても同じ関数であるネットワークは一つだけ採点します。${count(example.candidates)} 個のネットワークに対して採点は ${count(example.functions)} 回です。`,
    `## 探索\n\nマシン 1 台の ${example.machine.cores} コア(${example.machine.processor})で、サーバーの起動も含めて ${minutes(example.seconds)} 分でした。GPU は使っていません。`,
    `## 学習させる 5 個\n\nランキングの上位から、互いに異なる関数である 5 個と、学習で得られた精度(%):\n\n${table(
      ['順位', 'ネットワーク', ...example.datasets.map(({ dataset }) => dataset)],
      example.trained.map(({ rank, candidate, accuracies }) => [
        rank,
        `\`${candidate}\``,
        ...accuracies.map(two),
      ]),
    )}`,
    `## 得られたもの\n\n${table(
      ['', ...example.datasets.map(({ dataset }) => dataset)],
      [
        ['5 個のうち最高', ...example.datasets.map(({ best }) => two(best))],
        ['5 個の平均', ...example.datasets.map(({ mean }) => two(mean))],
        [
          '計算量(FLOPs)が最大の 5 個のうち最高',
          ...example.datasets.map(({ bestByFlops }) => two(bestByFlops)),
        ],
        [
          '無作為な 5 個のうち最高(期待値)',
          ...example.datasets.map(({ expectedBestAtRandom }) => two(expectedBestAtRandom)),
        ],
        [
          '最良のものの期待値が同じ精度に届く、無作為な学習の回数',
          ...example.datasets.map(({ randomTrainingsForTheSame }) => count(randomTrainingsForTheSame)),
        ],
        ['全体の最高', ...example.datasets.map(({ mostAccurate }) => two(mostAccurate))],
        ['全体の平均', ...example.datasets.map(({ meanOfAll }) => two(meanOfAll))],
      ],
    )}`,
    `## 読み方\n\n- ${first.dataset} では、ランキングで選んだ 5 回の学習で得た最良のものが、無作為な学習 約 ${count(first.randomTrainingsForTheSame)} 回の最良のものの期待値に相当します。これが節約になります。\n- 比べるべき相手は FLOPs の行です。計算量が最大の 5 個を選ぶだけなら費用はかかりません。この行と変わらないところでは、ランキングは何も加えていません。ただし、計算量に上限がある場合、この選び方は使えません。\n- ${foundInJapanese(example.datasets)}最後の 0.1 % が必要なら、5 個より多く学習させてください。\n- このベンチマークは有利な例です。\`residual\` と、測定に使う特徴の選び方は、この精度を見て決めました。ほかの空間では、これほど良くないと考えてください。数値は[既知の限界](../../understand/limits.md)と[ランキングと既知の精度](../../understand/rankings.md)にあります。\n\n再現するには、NAS-Bench-201 の精度の CSV(\`arch,<dataset>,...\`)を用意して \`npm run bench:example -- --truth FILE\` を実行します。`,
  ]);
}

/** Names of the data sets in which the most accurate network is not among the five, and of those in which it is. */
function splitByFound(datasets) {
  const names = (of) => of.map(({ dataset }) => dataset);
  return {
    missed: names(datasets.filter(({ best, mostAccurate }) => best < mostAccurate)),
    found: names(datasets.filter(({ best, mostAccurate }) => best >= mostAccurate)),
  };
}

function foundInEnglish(datasets) {
  const { missed, found } = splitByFound(datasets);
  if (missed.length === 0)
    return 'The best of the five is the most accurate of all here; do not count on that.';
  const except = found.length > 0 ? `, although it is on ${found.join(' and ')}` : '';
  return `The best of the five is not the most accurate of all on ${missed.join(' and ')}${except}.`;
}

function foundInJapanese(datasets) {
  const { missed, found } = splitByFound(datasets);
  if (missed.length === 0)
    return 'ここでは 5 個のうち最高のものが全体の最高でもありますが、いつもそうとは限りません。';
  const except = found.length > 0 ? `${found.join(' と ')} では全体の最高ですが、` : '';
  return `5 個のうち最高のものは、${except}${missed.join(' と ')} では全体の最高ではありません。`;
}

function two(value) {
  return value.toFixed(2);
}

function minutes(seconds) {
  return (seconds / 60).toFixed(1);
}

/** null: even training all of them would not find a better one. */
function count(value) {
  return value === null ? '-' : value.toLocaleString('en-US');
}
