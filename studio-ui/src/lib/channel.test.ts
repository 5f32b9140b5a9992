import { expect, it } from 'vitest';
import { channelOf, isChannel } from './channel.ts';

it.each([
  ['  Atelier Nord! ', 'atelier-nord'],
  ['Äpfel & Öl GmbH', 'aepfel-oel-gmbh'],
  ['A\u0308pfel', 'aepfel'],
  ['Frieda & Söhne', 'frieda-soehne'],
  ["Nora's Lädchen", 'noras-laedchen'],
  ['Crème Brûlée Ñandú', 'creme-brulee-nandu'],
  ['Łódź Żółw', 'lodz-zolw'],
  ['日本の店', 'shop'],
  ['日本の店 Tokyo', 'tokyo'],
  ['', ''],
])('calls the channel of %j %j', (name, channel) => expect(channelOf(name)).toBe(channel));

it('knows what the cloud takes', () => {
  for (const good of ['nord', 'atelier-nord', 'a1']) expect(isChannel(good)).toBe(true);
  for (const bad of ['', 'a', '-a', 'a-', 'a--b', 'Nord', 'nörd', 'a b', 'a'.repeat(41)]) expect(isChannel(bad)).toBe(false);
});
