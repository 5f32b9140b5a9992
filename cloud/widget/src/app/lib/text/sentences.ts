import type { Words } from './en.ts';

/** Why a message or a name was refused, as a sentence. */
export function chatSentence(error: unknown, { chatErrors }: Words): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && Object.hasOwn(chatErrors, code) ? chatErrors[code as keyof typeof chatErrors] : chatErrors.other;
}

/** Why the cart refused, as a sentence; the shop's own words come first. */
export function cartSentence(errors: { code: string; message: string }[] | undefined, { cartErrors }: Words): string {
  const [first] = errors ?? [];
  if (first?.message) return first.message;
  return first && Object.hasOwn(cartErrors, first.code) ? cartErrors[first.code as keyof typeof cartErrors] : cartErrors.invalid;
}
