import '@fontsource-variable/inter';
import '@vitrine/client/tokens/root.css';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import type { Backend } from './lib/ipc/backend.ts';

/** Inside Tauri the real desk, in a plain browser the fake one. */
async function backend(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) {
    const { TauriBackend } = await import('./lib/ipc/tauri.ts');
    return new TauriBackend();
  }
  const [{ FakeBackend }, { optionsFrom }] = await Promise.all([
    import('./lib/ipc/fake.ts'),
    import('./lib/ipc/fake/options.ts'),
  ]);
  // Where stories find it, to play a colleague.
  return ((window as { fake?: Backend }).fake = new FakeBackend(optionsFrom(new URLSearchParams(location.search))));
}

mount(App, { target: document.getElementById('app')!, props: { backend: await backend() } });
