/** Addresses of clouds, as people type them. */

/** Names of this machine: nobody has a certificate for them. */
const HERE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/i;

/** With its scheme, where none was typed, and nothing behind the name; what is no address stays as it is. */
export function cloudAddress(typed: string): string {
  const text = typed.trim().replace(/([^:/])\/+$/, '$1');
  if (text === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  return `${HERE.test(text) ? 'http' : 'https'}://${text}`;
}

/** Whether a cloud can be there. */
export function isCloudAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text);
}
