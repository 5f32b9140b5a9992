// Runs the figures that were asked for, one after another.
import { Nest, Skip } from './lib/nest.mjs';
import { Results } from './lib/results.mjs';
import * as api from './api.mjs';
import * as badLine from './bad-line.mjs';
import * as blocked from './blocked.mjs';
import * as delivery from './delivery.mjs';
import * as facts from './facts.mjs';
import * as firstFrame from './first-frame.mjs';
import * as glass from './glass.mjs';
import * as imports from './imports.mjs';
import * as ingest from './ingest.mjs';
import * as ladder from './ladder.mjs';
import * as lipSync from './lip-sync.mjs';
import * as memory from './memory.mjs';
import * as reattach from './reattach.mjs';
import * as sale from './sale.mjs';
import * as showsCost from './shows-cost.mjs';
import * as snapshot from './snapshot.mjs';
import * as studio from './studio.mjs';
import * as suites from './suites.mjs';
import * as weight from './weight.mjs';

/** Each knows the names of its figures and measures them all in one go. */
const MEDIA = [glass, firstFrame, badLine, delivery, blocked, ladder, ingest];
const API = [api, snapshot, sale, facts, imports];
const GROUPS = [weight, memory, reattach, ...MEDIA, ...API, showsCost, studio, lipSync, suites];
/** Names for several groups at once. */
const SETS = { media: MEDIA, api: API };
const known = [...GROUPS.flatMap((group) => group.names), ...Object.keys(SETS)];
const wanted = process.argv.slice(2).flatMap((name) => SETS[name]?.flatMap((group) => group.names) ?? name);
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
    if (error instanceof Skip) {
      for (const name of names) console.log(`bench ${name} skipped: ${error.message}`);
      continue;
    }
    failed += 1;
    console.error(`${names.join(', ')}: not measured: ${error.stack ?? error}`);
  } finally {
    await nest.clear();
  }
}
process.exitCode = failed > 0 ? 1 : 0;
