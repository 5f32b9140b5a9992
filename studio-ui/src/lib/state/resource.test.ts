import { describe, expect, it } from 'vitest';
import { CommandFailure } from '../ipc/backend.ts';
import { Resource } from './resource.svelte.ts';

describe('a resource', () => {
  it('keeps what it has when a reload fails, and says why', async () => {
    let fail = false;
    const loaded = new Resource(async () => {
      if (fail) throw new CommandFailure({ code: 'cloud_unreachable', message: '', retryable: true });
      return 1;
    });
    await loaded.reload();
    fail = true;
    await loaded.reload();
    expect(loaded.value).toBe(1);
    expect(loaded.error?.code).toBe('cloud_unreachable');
    fail = false;
    await loaded.reload();
    expect(loaded.error).toBeNull();
  });

  it('takes the answer to the last question, whichever comes first', async () => {
    const answers: ((value: string) => void)[] = [];
    const loaded = new Resource(() => new Promise<string>((resolve) => answers.push(resolve)));
    const first = loaded.reload();
    const second = loaded.reload();
    answers[1]!('new');
    answers[0]!('old');
    await Promise.all([first, second]);
    expect(loaded.value).toBe('new');
    expect(loaded.loading).toBe(false);
  });
});
