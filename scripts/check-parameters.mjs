// Fails if a function in the rooms, the page or scripts/ has more than three parameters or more than six options,
// or a parameter whose type is written inline with more than three members or with members that can be changed.
import { ROOMS } from './rooms.cjs';
import { functionsOf, parseSources, typesOf } from './sources.mjs';

const MOST_PARAMETERS = 3;
const MOST_OPTIONS = 6;
/** A type with more members has a name. */
const MOST_INLINE = 3;
/** The names of types of options. The flags of a command line are types of another name, such as RunFlags. */
const OPTIONS = /(Options|Arguments)$/;

const sources = parseSources([...ROOMS, 'page', 'scripts']);
const types = sources.flatMap(typesOf);

const found = [
  ...sources.flatMap(functionsOf).flatMap(faultsOf),
  ...types
    .filter(({ name }) => OPTIONS.test(name))
    .map((type) => ({ ...type, count: countMembers(type) }))
    .filter(({ count }) => count > MOST_OPTIONS)
    .map(({ place, name, count }) => ({ place, fault: `${name} has ${count} members` })),
];

for (const { place, fault } of found)
  console.error(
    `${place} ${fault}; at most ${MOST_PARAMETERS} parameters and ${MOST_OPTIONS} options: group what belongs together in named types`,
  );
process.exit(found.length > 0 ? 1 : 0);

function faultsOf({ place, name, parameters }) {
  const many = parameters.filter(({ type }) => type !== 'RestElement').length;
  const faults = many > MOST_PARAMETERS ? [`${name} takes ${many} parameters`] : [];
  for (const parameter of parameters) {
    const options = countOptions(parameter);
    if (options > MOST_OPTIONS) faults.push(`${name} takes ${options} options`);
    const members = inlineMembers(parameter);
    if (members.length > MOST_INLINE)
      faults.push(`${name} takes a type of ${members.length} members without a name`);
    if (members.some(({ type, readonly }) => type === 'TsPropertySignature' && !readonly))
      faults.push(`${name} takes a type whose members are not readonly`);
  }
  return faults.map((fault) => ({ place, fault }));
}

/** Counts the options of a parameter whose type is an inline literal; named types are counted where they are declared. */
function countOptions(parameter) {
  const members = inlineMembers(parameter);
  if (members.length === 0) return 0;
  const pattern = patternOf(parameter);
  return Math.max(members.length, pattern.type === 'ObjectPattern' ? pattern.properties.length : 0);
}

function patternOf(parameter) {
  return parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
}

/** The members of the type literals in a parameter's type. */
function inlineMembers(parameter) {
  const type = patternOf(parameter).typeAnnotation?.typeAnnotation;
  const literals = [type, ...(type?.types ?? [])].filter((one) => one?.type === 'TsTypeLiteral');
  return literals.flatMap(({ members }) => members);
}

/** The members of a type and of the types that it extends. */
function countMembers({ members, extended }) {
  const inherited = extended.map((name) => types.find((type) => type.name === name));
  return inherited.reduce((sum, type) => sum + (type ? countMembers(type) : 0), members.length);
}
