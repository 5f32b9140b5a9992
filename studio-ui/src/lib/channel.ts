/** The names of channels, as the cloud makes and takes them (`cloud/src/org/model/channel.rs`). */

const LONGEST = 40;
const WRITTEN_OUT: Record<string, string> = {
  ä: 'ae', æ: 'ae', ö: 'oe', ø: 'oe', œ: 'oe', ü: 'ue', ß: 'ss', å: 'aa', þ: 'th', ð: 'd', đ: 'd', ł: 'l', ħ: 'h', ı: 'i', ŧ: 't', ŋ: 'ng',
};

/** What the cloud would call the channel of an organisation of that name; empty while there is none. */
export function channelOf(name: string): string {
  let made = '';
  for (const letter of name.normalize('NFC').toLowerCase()) {
    if (/['’‘ʼ´`\p{M}]/u.test(letter)) continue;
    const plain = WRITTEN_OUT[letter] ?? letter.normalize('NFKD').replace(/[^a-zA-Z0-9]/g, '');
    if (plain === '' && made !== '' && !made.endsWith('-')) made += '-';
    if (made.length + plain.length > LONGEST) break;
    made += plain;
  }
  made = made.replace(/^-+|-+$/g, '');
  return made === '' && name.trim() !== '' ? 'shop' : made;
}

/** Whether the cloud takes it. */
export const isChannel = (name: string): boolean =>
  name.length >= 2 && name.length <= LONGEST && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
