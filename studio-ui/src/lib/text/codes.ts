import type { Code } from '../ipc/backend.ts';

/**
 * What a person reads for each code of `cloud/protocol/src/code.rs`: what happened, and what to do.
 * A test holds the two lists together.
 */
export const SENTENCES: Record<string, string> = {
  invalid_request: 'Something in this form is not right. Check the marked fields and send it again.',
  unauthenticated: 'Your session has ended. Sign in again, and it goes on.',
  bad_credentials: 'That e-mail and password do not fit together. Check both and try again.',
  forbidden: 'Your role does not allow this. The owner of the organisation can change it.',
  not_found: 'It is no longer there. Somebody may have removed it.',
  method_not_allowed: 'The cloud does not take this request. Check that studio and cloud have the same version.',
  too_large: 'That is larger than the cloud takes. Choose a smaller file or a shorter text.',
  unsupported_type: 'The cloud does not take that kind of file.',
  conflict: 'Somebody changed it in the meantime. It was loaded again: look, then repeat your change.',
  email_taken: 'There is an account with that e-mail already.',
  already_member: 'Whoever has that address is a member already.',
  name_taken: 'Another one has that name. Choose a different one.',
  role_in_use: 'Somebody has this role. Give them another one first.',
  above_you: 'That is more than you may do yourself. Ask an owner.',
  last_owner: 'An organisation keeps at least one owner. Name another one first.',
  limit_reached: 'There are as many as there can be. Remove one first.',
  people_only: 'Only a person can do that. Sign in.',
  origin_not_allowed: 'The shop does not let its shows be shown on this page.',
  link_expired: 'The link was used already, or is too old. Ask for a new one.',
  rate_limited: 'Too many tries in a short time. Wait a moment, then try again.',
  illegal_move: 'The show cannot do that right now.',
  not_receiving: 'No picture has reached the cloud yet. Wait until the stage says ready, then go live.',
  show_ended: 'This show is over. Create a new one to go live again.',
  not_in_lineup: 'That is not in the line-up. Add it to the line-up first, then pin it.',
  not_on_sale: 'That is not on sale now: the product is hidden, or the coupon has ended or not begun.',
  bad_publish_key: 'The show no longer takes this studio’s key. Open the show again to get a new one.',
  publisher_busy: 'Another studio or encoder is sending to this show. End it there, or wait until it lets go.',
  out_of_stock: 'None of it is left in stock.',
  ref_taken: 'That number stands for another order already.',
  precondition_required: 'Somebody may have changed it in the meantime. Load it again, then repeat your change.',
  banned: 'This author can no longer write in the chat.',
  bad_message: 'The message is empty or longer than 500 characters.',
  hello_expected: 'The chat did not recognise this studio. It connects again by itself.',
  too_slow: 'The connection was too slow for the chat. It connects again by itself.',
  restarting: 'The cloud restarts. It is back in a moment; the picture goes on.',
  overloaded: 'The cloud serves as many as it can. Try again in a moment.',
  idempotency_key_reused: 'This was sent before with other content. Send it again as a new one.',
  idempotency_in_progress: 'This is being done already. Wait a moment.',
  secret_already_shown: 'This was done already, and its secret is shown once. Make a new one if you did not keep it.',
  answer_not_kept: 'This was done already. Load it again to see it.',
  keyring_unavailable: 'The system keyring does not open, so your sign-in is kept for this run only.',
  cloud_unreachable: 'The cloud does not answer. Check the address and your network, then try again.',
  device_unavailable: 'The device could not be opened. Another program may be using it: close that, or choose another.',
  plugin_missing: 'A part of the media engine is not installed. The terminal names the package to install.',
  far_side: 'The server on the other side gave an answer that makes no sense. Try again in a moment.',
  internal: 'Something went wrong on our side. Try again; the cause is in the log.',
};

/** The sentence for a code; a code from a newer cloud gets the cause that came with it. */
export function sentence(code: Code, message = ''): string {
  return SENTENCES[code] ?? (message || SENTENCES['internal']!);
}
