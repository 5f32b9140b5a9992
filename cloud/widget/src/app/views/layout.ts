/** How the stage is laid out. `side` is a phone on its side, and every window too low for the others. */
export type LayoutName = 'desk' | 'tall' | 'phone' | 'side';

/** CSS pixels that the stage may use: the window for a stage over the page, the host's own width for one in it. */
export interface Room {
  width: number;
  height: number;
}

/** What a room asks for. Sizes are CSS pixels; 0 means "as large as the room". */
export interface Layout {
  name: LayoutName;
  width: number;
  /** The picture's height where the layout sets it. */
  height: number;
  /** The width of the column beside the picture. */
  column: number;
  /** Products beside the picture, the pinned one among them. */
  shelf: number;
}

/** The lowest and narrowest rooms of the two wide layouts. */
const DESK = { width: 760, height: 560 };
/** Below this width there is no room for two columns, whatever the height. */
const ONE_COLUMN = 560;
/** A portrait tablet is laid out as a phone up to this width. */
const TABLET = 1000;
/** What a phone needs under its bar and its picture: some chat, a product, a line to write. */
const UNDER_PICTURE = 320;
const BAR = 56;
/** Around a stage that floats, above and below together. */
const MARGIN = 48;
/** Shelf of a desk, with its paddings and a line of error. */
const SHELF_HEIGHT = 220;
/** A product on the shelf, with its gap; the shelf's paddings and its last button. */
const PRODUCT = { width: 244, height: 140 };
const BESIDE_PRODUCTS = 140;
/** Chat and its composer beside a tall picture. */
const TALL_CHAT = 300;
const WIDE = 16 / 9;
const TALL = 9 / 16;
const MOST_ON_SHELF = 3;

const clamp = (least: number, wish: number, most: number) => Math.max(least, Math.min(wish, most));
const places = (space: number, size: number) => clamp(1, Math.floor(space / size), MOST_ON_SHELF);

/**
 * The layout for a room. It reads nothing that the layout itself changes, so one room has one answer.
 *
 * A stage in the page (`floats` false) has any height it asks for: `room.height` is then the window's, as advice only.
 */
export function layoutOf(room: Room, aspect: 'wide' | 'tall', floats: boolean): Layout {
  const name = nameOf(room, aspect, floats);
  const { width, height } = room;
  if (name === 'phone') return { name, width: 0, height: 0, column: 0, shelf: 0 };
  if (name === 'side') {
    if (aspect === 'tall') return { name, width: 0, height: 0, column: Math.max(280, Math.round(width - height * TALL)), shelf: 0 };
    const least = clamp(236, width * 0.36, 360);
    return { name, width: 0, height: 0, column: Math.round(clamp(least, width - height * WIDE, 480)), shelf: 0 };
  }
  if (name === 'desk') {
    const column = Math.round(clamp(280, width * 0.32, 360));
    const wish = Math.min(1320, width - MARGIN, (height - MARGIN - SHELF_HEIGHT) * WIDE + column);
    const stage = floats ? Math.floor(wish) : width;
    return { name, width: floats ? stage : 0, height: 0, column, shelf: places(stage - column - BESIDE_PRODUCTS, PRODUCT.width) };
  }
  const around = floats ? MARGIN : 0;
  const wish = floats ? Math.min(900, height - around) : clamp(DESK.height, height * 0.88, 900);
  const high = Math.floor(Math.min(wish, (width - around - 320) / TALL));
  const column = Math.floor(clamp(320, width - around - high * TALL, 440));
  const stage = floats ? Math.floor(high * TALL) + column : 0;
  return { name, width: stage, height: high, column, shelf: places(high - BAR - TALL_CHAT, PRODUCT.height) };
}

function nameOf({ width, height }: Room, aspect: 'wide' | 'tall', floats: boolean): LayoutName {
  if (!floats) return width < DESK.width ? 'phone' : aspect === 'tall' ? 'tall' : 'desk';
  // A phone held upright stays one while its keyboard takes half of the window away.
  if (width < ONE_COLUMN) return 'phone';
  const portrait = aspect === 'tall' ? width < DESK.width && width / height < 0.8 : width < TABLET && height - BAR - width / WIDE >= UNDER_PICTURE;
  if (portrait) return 'phone';
  if (width < DESK.width || height < DESK.height) return 'side';
  return aspect === 'tall' ? 'tall' : 'desk';
}
