export type Theme = 'dark' | 'light' | 'system';

const KEY = 'vitrine.theme';
const THEMES: readonly Theme[] = ['dark', 'light', 'system'];

/** Dark unless somebody chose otherwise; the choice stays on this machine. */
export class ThemeChoice {
  choice = $state<Theme>('dark');
  #system = window.matchMedia('(prefers-color-scheme: light)');

  constructor() {
    const kept = localStorage.getItem(KEY) as Theme | null;
    if (kept && THEMES.includes(kept)) this.choice = kept;
    this.#system.addEventListener('change', () => this.#apply());
    this.#apply();
  }

  choose(theme: Theme) {
    this.choice = theme;
    localStorage.setItem(KEY, theme);
    this.#apply();
  }

  #apply() {
    const light = this.choice === 'light' || (this.choice === 'system' && this.#system.matches);
    document.documentElement.dataset.theme = light ? 'light' : 'dark';
  }
}
