/** The fake's world: a shop, its products, its shows, and what shoppers say. */
import type { Coupon, Product, Show } from '../../cloud/types.ts';

export const ORG = '0199f0a0-0000-7000-8000-0000000000a1';
export const SECOND_ORG = '0199f0a0-0000-7000-8000-0000000000a2';
export const SHOW = '0199f0a0-0000-7000-8000-0000000000b1';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();

let serial = 0x1000;
export const newId = () => `0199f0a0-0000-7000-8000-${(++serial).toString(16).padStart(12, '0')}`;

type Look = [ground: string, ink: string, shape: string];

/** A drawn product picture, so that the fake needs no network. */
function picture([ground, ink, shape]: Look): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="${ground}"/><g fill="${ink}">${shape}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const SHIRT = '<path d="M34 24l-14 8 5 14 8-3v31h30V43l8 3 5-14-14-8c-2 5-7 8-14 8s-12-3-14-8z"/>';
const BAG = '<path d="M26 42h44l4 34H22z"/><path d="M36 42c0-16 24-16 24 0h-5c0-9-14-9-14 0z"/>';
const CUP = '<path d="M28 32h34v30c0 8-6 12-12 12H40c-6 0-12-4-12-12z"/><path d="M62 38h6c9 0 9 18 0 18h-6v-5h5c3 0 3-8 0-8h-5z"/>';
const CANDLE = '<rect x="34" y="42" width="28" height="34" rx="4"/><path d="M48 20c7 8 7 12 0 18-7-6-7-10 0-18z"/>';
const SCARF = '<path d="M34 22h28v16H34z"/><path d="M38 38h9v38h-9zM51 38h9v30h-9z"/>';
const HAT = '<path d="M30 54c0-30 36-30 36 0z"/><path d="M16 56h64c0 10-64 10-64 0z"/>';

function product(title: string, price: number, before: number | null, stock: number, look: Look): Product {
  const id = newId();
  const url = picture(look);
  return {
    id,
    title,
    description: '',
    url: `http://localhost:8090/products/${title.toLowerCase().replaceAll(' ', '-')}`,
    image_url: url,
    image: [], pictures: [{ id: newId(), alt: '', url, sources: [] }], on_sale: true, options: [], tags: [], texts: {},
    currency: 'EUR',
    price_minor: price,
    compare_at_minor: before,
    stock,
    variants: [{ id: newId(), title: 'Default', sku: id.slice(-6), price_minor: price, stock, owed: 0, sell_when_empty: false, prior_price_minor: null, own_compare: false, options: {}, external_ids: {}, prices: [] }],
    created_at: YESTERDAY,
    version: 1,
  };
}

export function seedProducts(): Product[] {
  const products = [
    product('Linen shirt', 4900, 6900, 214, ['#d9cdb8', '#7a6248', SHIRT]),
    product('Canvas weekender', 12900, null, 38, ['#c3cfc6', '#3f5d50', BAG]),
    product('Stoneware cup', 1850, null, 96, ['#e3c9bb', '#a2553a', CUP]),
    product('Cedar candle', 2400, 2900, 7, ['#cfc7d8', '#5a4a78', CANDLE]),
    product('Merino scarf', 5500, null, 0, ['#c8d3df', '#35577d', SCARF]),
    product('Straw hat', 3900, null, 61, ['#e8dcb5', '#8f7327', HAT]),
  ];
  const [shirt, , cup, , scarf, hat] = products;
  shirt!.tags = ['linen', 'summer'];
  const more: Look[] = [['#c9b99a', '#5b4632', SHIRT], ['#b9c4c9', '#33505c', SHIRT]];
  shirt!.pictures[0]!.alt = 'The shirt in sand, from the front';
  shirt!.pictures.push(...more.map((look) => ({ id: newId(), alt: '', url: picture(look), sources: [] })));
  hat!.tags = ['summer'];
  Object.assign(scarf!, { tags: ['winter'], on_sale: false, hidden_by: 'import' });
  // Two colours of one cup.
  const [grey] = cup!.variants;
  Object.assign(grey!, { title: 'Grey', stock: 60, options: { Colour: 'Grey', Size: '0.3 l' }, external_ids: { shopify: '45210037', merchant: 'cup-grey' } });
  cup!.variants.push({ ...grey!, id: newId(), title: 'Sand', sku: 'CUP-SAND', stock: 36, options: { Colour: 'Sand', Size: '0.3 l' }, external_ids: { shopify: '45210038' } });
  cup!.options = ['Colour', 'Size'];
  return products;
}

export function seedCoupons(): Coupon[] {
  const terms = { percent_off: 10, free_shipping: false, product_ids: [], used: 0 };
  return [{ id: newId(), code: 'LIVE10', title: '10 % off during the show', ...terms, created_at: YESTERDAY, version: 1 }];
}

export function seedShows(products: Product[], coupons: Coupon[], now: number): Show[] {
  const hours = (n: number) => new Date(now + n * 3_600_000).toISOString();
  const show = (more: Partial<Show>): Show => ({
    id: newId(),
    org_id: ORG,
    title: '',
    cover_url: null,
    state: 'draft',
    receiving: false,
    auto_live: false,
    scheduled_at: null,
    live_at: null,
    ended_at: null,
    lineup: [],
    highlight: null,
    playback_url: '',
    created_at: YESTERDAY,
    version: 1,
    ...more,
  });
  const items = (...indexes: number[]) =>
    indexes.map((i) => ({ kind: 'product' as const, product_id: products[i]!.id }));
  const lineup = [...items(0, 1, 2), { kind: 'coupon' as const, coupon_id: coupons[0]!.id }, ...items(3, 4)];
  return [
    show({ id: SHOW, title: 'Autumn drop', state: 'scheduled', scheduled_at: hours(0.2), lineup }),
    show({ title: 'Sunday table', state: 'scheduled', scheduled_at: hours(49), lineup: items(2, 3) }),
    show({ title: 'Winter preview' }),
    show({ title: 'Late summer sale', state: 'ended', live_at: hours(-98), ended_at: hours(-97), lineup: items(0, 5) }),
    show({ title: 'Meet the makers', state: 'ended', live_at: hours(-290), ended_at: hours(-289), lineup: items(2) }),
  ];
}

export const SHOPPERS = ['ana', 'Marek', 'jo', 'Priya', 'lou_k', 'Beatriz', 'sam', 'Ingrid', 'teo', 'Yuki'];

export const LINES = [
  'does it shrink?',
  'love the colour',
  'ships to FR?',
  'just ordered the M, thank you!',
  'is the bag waterproof?',
  'hello from Lisbon',
  'that lining is gorgeous',
  'what size are you wearing?',
  'can you show the back please?',
  'the cup goes in the dishwasher?',
  'my mum has the blue one, still perfect after two years',
  'is there a code today?',
  'so pretty',
  'how tall are you?',
  'waiting for the candle',
  'got it',
];
