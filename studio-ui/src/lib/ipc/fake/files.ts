/** The fake's disk, and a line that loses answers when a story says so. */
import type { ChosenList, CloudAnswer } from '../backend.ts';

export const SPRING = `id,title,price,currency,link,stock,description
1001,Linen shirt,45.00,EUR,https://shop.example.com/linen-shirt,120,"Washed linen, made in Portugal"
1002,Poplin dress,89.00,EUR,https://shop.example.com/poplin-dress,40,Knee length
1003,Rope belt,n/a,EUR,https://shop.example.com/rope-belt,25,
1004,Straw hat,39.00,EUR,https://shop.example.com/straw-hat,60,
`;

export class FakeFiles {
  /** What is chosen next; null: nothing. */
  list: ChosenList | null = { name: 'spring.csv', sizeBytes: 48_213, head: SPRING };
  /** What was kept, by name. */
  kept: Record<string, string> = {};
  /** The next answer to a POST is lost on its way. */
  loses = false;
  readonly #answers = new Map<string, CloudAnswer>();

  pick = () => Promise.resolve(this.list);

  /** A tenth of the chosen list takes so long to go out (milliseconds). */
  tenthMs = 0;
  sent: number | null = null;
  stop: () => void = () => {};

  /** Whether it went out whole. */
  async send(): Promise<boolean> {
    let stopped = false;
    const halt = new Promise<void>((resolve) => {
      this.stop = () => {
        stopped = true;
        resolve();
      };
    });
    for (let tenth = 0; tenth < 10 && !stopped; tenth++) {
      this.sent = ((this.list?.sizeBytes ?? 0) * tenth) / 10;
      if (this.tenthMs) await Promise.race([halt, new Promise((resolve) => setTimeout(resolve, this.tenthMs))]);
    }
    this.sent = null;
    return !stopped;
  }

  keep(text: string, name: string): string {
    this.kept[name] = text;
    return name;
  }

  /** Under the same key it is done once. */
  once(key: string | null, run: () => CloudAnswer): CloudAnswer {
    const answer = (key !== null && this.#answers.get(key)) || run();
    if (key !== null) this.#answers.set(key, answer);
    return answer;
  }

  losesAnswer(method: string): boolean {
    if (method !== 'POST' || !this.loses) return false;
    this.loses = false;
    return true;
  }
}
