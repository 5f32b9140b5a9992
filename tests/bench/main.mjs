// Runs the figures that were asked for, one after another.
import { Nest } from './lib/nest.mjs';
import { Results } from './lib/results.mjs';
import * as glass from './glass.mjs';
import * as lipSync from './lip-sync.mjs';
import * as memory from './memory.mjs';
import * as reattach from './reattach.mjs';
import * as studio from './studio.mjs';
import * as suites from './suites.mjs';
import * as weight from './weight.mjs';

/** Each knows the names of its figures and measures them all in one go. */
const GROUPS = [weight, memory, glass, reattach, studio, lipSync, suites];
const known = GROUPS.flatMap((group) => group.names);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No figure '${unknown.join("', '")}'. There are: ${known.join(' ')}`);
  process.exit(2);
}
const isWanted = (group, name) => (wanted.length > 0 ? wanted.includes(name) : group.byDefault !== false);

const results = new Results();
let failed = 0;
for (const group of GROUPS) {
  const names = group.names.filter((name) => isWanted(group, name));
  if (names.length === 0) continue;
  const nest = new Nest();
  try {
    for (const figure of await group.measure(nest)) if (names.includes(figure.name)) results.add(figure);
    results.write();
  } catch (error) {
    failed += 1;
    console.error(`${names.join(', ')}: not measured: ${error.stack ?? error}`);
  } finally {
    await nest.clear();
  }
}
process.exitCode = failed > 0 ? 1 : 0;
