/** Where this shop's shows come from; the server that serves the shop knows. */
export interface ShopConfig {
  cloud_url: string;
  channel: string;
}

/** Null when the shop runs without a cloud: it sells all the same. */
export async function loadConfig(): Promise<ShopConfig | null> {
  try {
    const response = await fetch('/config.json', { cache: 'no-store' });
    return response.ok ? ((await response.json()) as ShopConfig) : null;
  } catch {
    return null;
  }
}

/** The snippet that a merchant pastes: one script, one element. */
export function embedShow({ cloud_url, channel }: ShopConfig): HTMLElement {
  const script = document.createElement('script');
  script.async = true;
  script.src = `${cloud_url}/widget/vitrine.js`;
  const show = document.createElement('vitrine-show');
  show.setAttribute('channel', channel);
  document.body.append(script, show);
  return show;
}
