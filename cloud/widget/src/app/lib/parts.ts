import { partsAt } from '../../shared/parts.ts';

/**
 * Loads a part of the widget from where the app itself came from, whatever was deployed since:
 * `part<typeof EnginePart>('engine')`, its type by `import type * as EnginePart`. Never `import()` a part: its file may be gone.
 */
export const part = partsAt(new URL(/* @vite-ignore */ '../', import.meta.url).href);
