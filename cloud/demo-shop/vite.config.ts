import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ['browser'] },
  build: { target: 'es2022', modulePreload: false },
  test: { include: ['tests/**/*.test.ts'] },
});
