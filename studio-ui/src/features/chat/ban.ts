import type { ChatMessage } from '../../lib/ipc/backend.ts';
import type { Desk } from '../../lib/state/desk.svelte.ts';
import type { Toasts } from '../../lib/state/toasts.svelte.ts';
import { t } from '../../lib/text/words.ts';

/** Bans a message's author, and offers to take that back with all that it removed. */
export async function banWithUndo(desk: Desk, toasts: Toasts, message: ChatMessage): Promise<void> {
  if (message.author.role !== 'viewer') return;
  const name = message.author.name;
  try {
    await desk.chat.ban(message);
  } catch (thrown) {
    return toasts.fail(thrown);
  }
  const undo = () =>
    void desk
      .unban(message)
      .then(() => toasts.say(t('chat.unbanned', { name }), 'good'))
      .catch(toasts.fail);
  toasts.say(t('chat.banned', { name }), 'plain', { label: t('common.undo'), run: undo });
}
