import { mount } from 'svelte';
import App from './App.svelte';
import { Cart } from './lib/cart.svelte.ts';
import { loadCatalogue } from './lib/catalogue.ts';
import { offerHook } from './lib/hook.ts';
import { embedShow, loadConfig } from './lib/show.ts';
import './shop.css';

const [catalogue, config] = await Promise.all([loadCatalogue(), loadConfig()]);
const cart = new Cart(catalogue);
offerHook(cart);
mount(App, { target: document.body, props: { cart, config } });
if (config) embedShow(config);
