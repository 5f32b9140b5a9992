// The design tokens, written once. `npm run gen -w cloud/client` emits root.css (studio, demo shop)
// and host.css (the widget's shadow root, every value of which a merchant may override).

/** The same everywhere. */
export const shared = {
  'size-12': '0.75rem',
  'size-13': '0.8125rem',
  'size-14': '0.875rem',
  'size-16': '1rem',
  'size-20': '1.25rem',
  'size-28': '1.75rem',
  'weight-regular': '400',
  'weight-medium': '500',
  'weight-semibold': '600',
  'space-4': '4px',
  'space-8': '8px',
  'space-12': '12px',
  'space-16': '16px',
  'space-24': '24px',
  'space-32': '32px',
  'radius-control': '6px',
  'radius-card': '10px',
  'radius-sheet': '16px',
  'radius-round': '999px',
  'motion-fast': '120ms',
  'motion-slow': '200ms',
  'motion-ease': 'cubic-bezier(0.2, 0.7, 0.2, 1)',
  'font-system': "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  'font-studio': "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
};

/** The studio, dark: the default. */
export const dark = {
  ground: '#0e1014',
  panel: '#161a21',
  raised: '#1e232c',
  line: '#2a303b',
  'line-strong': '#5d6777',
  text: '#e8ebf0',
  muted: '#98a1b0',
  accent: '#5b8cff',
  'accent-soft': '#1b2a4a',
  'on-accent': '#0a1024',
  live: '#ff4d4d',
  'live-fill': '#d92d38',
  'on-live': '#ffffff',
  good: '#3ecf8e',
  warn: '#f5b83d',
  'on-signal': '#0e1014',
  shadow: '0 12px 32px rgb(0 0 0 / 0.45), 0 2px 6px rgb(0 0 0 / 0.3)',
};

/** The studio, light: the same names. */
export const light = {
  ground: '#f4f5f8',
  panel: '#ffffff',
  raised: '#fbfcfd',
  line: '#dde1e8',
  'line-strong': '#7f8898',
  text: '#151922',
  muted: '#565f6e',
  accent: '#2c5fdc',
  'accent-soft': '#e6edfd',
  'on-accent': '#ffffff',
  live: '#d01f2e',
  'live-fill': '#d01f2e',
  'on-live': '#ffffff',
  good: '#0b7a4c',
  warn: '#8a5a00',
  'on-signal': '#ffffff',
  shadow: '0 12px 32px rgb(21 25 34 / 0.16), 0 2px 6px rgb(21 25 34 / 0.08)',
};

/** The widget: neutral cards over any picture, and the merchant's accent. */
export const widget = {
  accent: '#1f2937',
  'on-accent': '#ffffff',
  ground: '#0b0c0f',
  panel: '#14161b',
  line: 'rgb(255 255 255 / 0.14)',
  'line-strong': 'rgb(255 255 255 / 0.5)',
  text: '#ffffff',
  muted: '#b9bfca',
  card: '#ffffff',
  'card-line': '#e4e6eb',
  'card-text': '#16181d',
  'card-muted': '#5a6170',
  live: '#ff4d4d',
  'live-fill': '#d92d38',
  'on-live': '#ffffff',
  good: '#0b7a4c',
  danger: '#c01f2d',
  'danger-soft': '#fdebec',
  scrim: 'rgb(8 9 12 / 0.62)',
  focus: '#5b8cff',
  shadow: '0 16px 48px rgb(0 0 0 / 0.34), 0 2px 8px rgb(0 0 0 / 0.22)',
};

/** Pairs (text, ground, least contrast) that a test keeps readable: WCAG 2.2 AA. */
export const contrasts = [
  ...[dark, light].flatMap((theme) => [
    ...['ground', 'panel', 'raised'].flatMap((ground) =>
      ['text', 'muted', 'accent', 'live', 'good', 'warn'].map((text) => [theme[text], theme[ground], 4.5]),
    ),
    [theme['on-accent'], theme.accent, 4.5],
    [theme['on-live'], theme['live-fill'], 4.5],
    [theme['on-signal'], theme.good, 4.5],
    [theme['on-signal'], theme.warn, 4.5],
    [theme.text, theme['accent-soft'], 4.5],
    [theme['line-strong'], theme.panel, 3],
  ]),
  [widget['on-accent'], widget.accent, 4.5],
  [widget.text, widget.panel, 4.5],
  [widget.muted, widget.panel, 4.5],
  [widget['card-text'], widget.card, 4.5],
  [widget['card-muted'], widget.card, 4.5],
  [widget.good, widget.card, 4.5],
  [widget.danger, widget.card, 4.5],
  [widget.danger, widget['danger-soft'], 4.5],
  [widget['on-live'], widget['live-fill'], 4.5],
  [widget.focus, widget.panel, 3],
  [widget.focus, widget.card, 3],
];
