// Money on the wire is an integer of minor units beside its currency; this is its reader for pages.

/** The decimal places that are not 2. Source: ISO 4217; the same table as `cloud/protocol/src/money.rs`. */
const DECIMALS: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

/**
 * Decimal places of a currency's minor unit. `Intl` cannot be asked: browsers answer how prices are usually shown
 * (none for HUF, COP, IDR), which is not what a minor unit is.
 */
export function decimals(currency: string): number {
  for (const [places, currencies] of Object.entries(DECIMALS)) if (currencies.split(' ').includes(currency)) return Number(places);
  return 2;
}

/** Signs that several currencies share, and whose they are in a country. */
const SHARED = /^[$¥￥]$/;
const HOME: Record<string, string> = {
  US: 'USD',
  CA: 'CAD',
  AU: 'AUD',
  NZ: 'NZD',
  HK: 'HKD',
  SG: 'SGD',
  TW: 'TWD',
  MX: 'MXN',
  AR: 'ARS',
  CL: 'CLP',
  CO: 'COP',
  UY: 'UYU',
  JP: 'JPY',
  CN: 'CNY',
};
/** The country that a language tag names, or that its language is written in alone. */
function countryOf(locale: string): string | undefined {
  const { region, language } = new Intl.Locale(locale);
  return region ?? { ja: 'JP', zh: 'CN' }[language];
}

/**
 * A price in minor units as it reads in a language: `€49.00`, `49,00 €`, `US$12.50`, `JP¥1,200`.
 *
 * `locale` is the page's BCP 47 tag. A bare `$` or `¥` stands only where the tag names the country whose it is (`en-US`
 * with USD, `en-CA` with CAD): elsewhere it would be anybody's. A currency or tag that makes no sense is written plainly.
 */
export function money(minor: number, currency: string, locale: string): string {
  const places = decimals(currency);
  const amount = minor / 10 ** places;
  try {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: places, maximumFractionDigits: places });
    const parts = format.formatToParts(amount);
    const sign = parts.find((part) => part.type === 'currency');
    if (!sign || !SHARED.test(sign.value) || HOME[countryOf(locale) ?? ''] === currency) return format.format(amount);
    const home = Object.keys(HOME).find((country) => HOME[country] === currency);
    if (home) return parts.map((part) => (part === sign ? home + sign.value : part.value)).join('');
    return new Intl.NumberFormat(locale, { ...format.resolvedOptions(), currencyDisplay: 'code' } as Intl.NumberFormatOptions).format(amount);
  } catch {
    return `${amount.toFixed(places)} ${currency}`;
  }
}
