// Catalogues of any size, as a shop exports them, and orders for them.
import { eventually } from './nest.mjs';

const HEAD = 'Handle,Title,Body (HTML),Vendor,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status';
const TEXT = 'Washed linen from Normandy, cut wide, with buttons of horn. Wash it at thirty degrees and let it dry in the shade. ';

/** A table in Shopify's columns of the products `from` up to `to`, two sizes each. `status`: `active`, or `draft` for what is read and not sold. */
export function table(from, to, status = 'active') {
  const rows = [HEAD];
  for (let at = from; at < to; at += 1) {
    const price = (19 + (at % 80)).toFixed(2);
    rows.push(`shirt-${at},"Linen shirt no. ${at}, washed","<p>${TEXT.repeat(3)}</p>",Atelier,"linen, summer",Size,S,SKU-${at}-S,100000,${price},,https://shop.example/p/${at}.jpg,${status}`);
    rows.push(`shirt-${at},,,,,,M,SKU-${at}-M,100000,${price},,,`);
  }
  return Buffer.from(`${rows.join('\n')}\n`);
}

/** Sends a list and waits until it is read: what it came to, and how long it took from its first byte. */
export async function bringIn(cloud, org, body, source = 'main') {
  const start = performance.now();
  const answer = await fetch(`${cloud.http}${org.below}/imports?source=${source}&currency=EUR&shop_url=https%3A%2F%2Fshop.example`, {
    method: 'POST', headers: { authorization: `Bearer ${org.token}`, 'content-type': 'text/csv' }, body,
  });
  if (!answer.ok) throw new Error(`the list was not taken: ${answer.status} ${await answer.text()}`);
  const { id } = await answer.json();
  const ended = await eventually('the list is read', async () => {
    const one = await org('GET', `/imports/${id}`);
    return one.ended_at && one;
  }, 300_000);
  if (ended.state !== 'done' || ended.counts.failed > 0) throw new Error(`the list was not read: ${JSON.stringify(ended)}`);
  const seconds = (performance.now() - start) / 1_000;
  return { seconds, reading: (new Date(ended.ended_at) - new Date(ended.started_at)) / 1_000, counts: ended.counts };
}

/** Some products with their variants. */
export async function someProducts(org, count = 50) {
  const { items } = await org('GET', `/products?limit=${count}`);
  return items;
}

/** Orders for one of these products each, none like another. */
export function ordersFor(products, count, mark) {
  return Array.from({ length: count }, (_, at) => {
    const product = products[at % products.length];
    const variant = product.variants[0];
    const price = variant.price_minor ?? product.price_minor;
    return {
      source: 'bench', external_ref: `${mark}-${at}`, currency: 'EUR', total_minor: 2 * price,
      lines: [{ product_id: product.id, variant_id: variant.id, title: product.title, quantity: 2, price_minor: price }],
    };
  });
}
