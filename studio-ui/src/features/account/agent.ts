/** What a person calls the program that a session began in. */

const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

const find = (list: readonly [RegExp, string][], text: string) => list.find(([mark]) => mark.test(text))?.[1] ?? '';

/** `Firefox · Windows`, `vitrine-studio 0.1.0 · Linux`; as it names itself when it is none of these; empty when it does not. */
export function program(agent: string): string {
  const system = find(SYSTEMS, agent);
  const [, own, version] = /^([\w.-]+)\/([\w.-]+)/.exec(agent) ?? [];
  const name = own === 'Mozilla' ? find(BROWSERS, agent) : own ? `${own} ${version}` : '';
  return name ? [name, system].filter(Boolean).join(' · ') : agent.slice(0, 80);
}
