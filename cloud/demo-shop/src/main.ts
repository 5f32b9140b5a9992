import { mount } from 'svelte';
import App from './App.svelte';
import { Cart } from './lib/cart.svelte.ts';
import { loadCatalogue } from './lib/catalogue.ts';
import { offerHook } from './lib/hook.ts';
import { router } from './lib/router.svelte.ts';
import { embedShow, loadConfig } from './lib/show.ts';
import './shop.css';

const [catalogue, config] = await Promise.all([loadCatalogue(), loadConfig()]);
const cart = new Cart(catalogue);
offerHook(cart);
mount(App, { target: document.body, props: { cart, config } });
if (config) {
  const show = embedShow(config);
  // The chat page has an element of its own; the corner stays free there.
  router.watch((path) => show.toggleAttribute('hidden', path === '/chat'));
}
