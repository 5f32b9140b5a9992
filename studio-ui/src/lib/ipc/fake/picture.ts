/** The fake's programme picture: bars with a clock, the still, or a host in a warm room, and the lower third. */
import type { Product } from '../../cloud/types.ts';
import { money } from '../../text/format.ts';
import type { Highlight, LowerThirdChoice, PreviewSink, SourceChoice } from '../backend.ts';

const W = 1280;
const H = 720;
const BARS = ['#c9ccd1', '#c8c23a', '#3bbcc4', '#3cae55', '#b74aad', '#c23f3f', '#3d4fc0'];

export interface LowerThird {
  title: string;
  price: string;
}

/** What is drawn. */
export interface Programme {
  source: SourceChoice;
  /** The still stands in. */
  away: boolean;
  fps: number;
  third: LowerThird | null;
}

/** Draws it into `sink` until the returned function is called. */
export function playProgramme(sink: PreviewSink, now: () => Programme): () => void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [W, H];
  const g = canvas.getContext('2d')!;
  sink.state('waiting');
  let last = 0;
  let frame = 0;
  const draw = (ms: number) => {
    frame = requestAnimationFrame(draw);
    const { source, away, fps, third } = now();
    if (ms - last < 1000 / fps - 2) return;
    if (last === 0) sink.state('playing');
    last = ms;
    drawProgramme(g, ms, source, away, third);
    sink.frame(canvas, canvas.width, canvas.height);
  };
  frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}

function drawProgramme(
  g: CanvasRenderingContext2D,
  ms: number,
  source: SourceChoice,
  away: boolean,
  third: LowerThird | null,
): void {
  g.save();
  g.scale(g.canvas.width / W, g.canvas.height / H);
  if (away || source.kind === 'still') still(g);
  else if (source.kind === 'test_pattern') pattern(g, ms);
  else host(g, ms, source.kind === 'file');
  if (third) lowerThird(g, third);
  g.restore();
}

function pattern(g: CanvasRenderingContext2D, ms: number) {
  BARS.forEach((colour, i) => {
    g.fillStyle = colour;
    g.fillRect((i * W) / 7, 0, W / 7 + 1, H * 0.66);
  });
  const ramp = g.createLinearGradient(0, 0, W, 0);
  ramp.addColorStop(0, '#08090c');
  ramp.addColorStop(1, '#e8ebf0');
  g.fillStyle = ramp;
  g.fillRect(0, H * 0.66, W, H * 0.12);
  g.fillStyle = '#12151b';
  g.fillRect(0, H * 0.78, W, H * 0.22);
  g.fillStyle = '#5b8cff';
  const x = ((ms / 4000) % 1) * (W + 80) - 80;
  g.fillRect(x, H * 0.78, 80, 8);
  g.fillStyle = 'rgb(8 9 12 / 78%)';
  g.beginPath();
  g.roundRect(W / 2 - 210, H * 0.24, 420, 130, 18);
  g.fill();
  g.fillStyle = '#f4f6f9';
  g.textAlign = 'center';
  g.font = '600 64px "Inter Variable", sans-serif';
  g.fillText(new Date().toISOString().slice(11, 22), W / 2, H * 0.24 + 78);
  g.font = '500 22px "Inter Variable", sans-serif';
  g.fillStyle = '#aab3c2';
  g.fillText('Vitrine test pattern', W / 2, H * 0.24 + 112);
}

/** As the media engine draws it. */
function still(g: CanvasRenderingContext2D) {
  const glow = g.createRadialGradient(W / 2, H * 0.42, 0, W / 2, H * 0.42, W * 0.6);
  glow.addColorStop(0, '#1e232c');
  glow.addColorStop(0.6, '#14171d');
  glow.addColorStop(1, '#0b0d11');
  g.fillStyle = glow;
  g.fillRect(0, 0, W, H);
  g.textAlign = 'center';
  g.fillStyle = '#f3f5f8';
  g.font = '600 88px "Inter Variable", sans-serif';
  g.fillText('Atelier Nord', W / 2, H / 2 - 6);
  const rule = g.createLinearGradient(W / 2 - 110, 0, W / 2 + 110, 0);
  rule.addColorStop(0, 'rgb(91 140 255 / 0%)');
  rule.addColorStop(0.5, '#5b8cff');
  rule.addColorStop(1, 'rgb(91 140 255 / 0%)');
  g.fillStyle = rule;
  g.fillRect(W / 2 - 110, H / 2 + 32, 220, 3);
  g.fillStyle = '#a7b0bf';
  g.font = '400 30px "Inter Variable", sans-serif';
  g.fillText('Back in a moment', W / 2, H / 2 + 96);
}

function host(g: CanvasRenderingContext2D, ms: number, cool: boolean) {
  const sway = Math.sin(ms / 1400) * 8;
  const wall = g.createLinearGradient(0, 0, W, H);
  wall.addColorStop(0, cool ? '#4d5c6b' : '#8a6a52');
  wall.addColorStop(0.55, cool ? '#7f8f9d' : '#c79f7c');
  wall.addColorStop(1, cool ? '#37424e' : '#6b4d3b');
  g.fillStyle = wall;
  g.fillRect(0, 0, W, H);
  const lamp = g.createRadialGradient(250, 190, 10, 250, 190, 420);
  lamp.addColorStop(0, 'rgb(255 236 200 / 75%)');
  lamp.addColorStop(1, 'rgb(255 236 200 / 0%)');
  g.fillStyle = lamp;
  g.fillRect(0, 0, W, H);
  rail(g, ms);
  // The host: shoulders, neck, head, hair.
  g.save();
  g.translate(610 + sway, 0);
  g.fillStyle = '#22333b';
  g.beginPath();
  g.moveTo(-230, H);
  g.bezierCurveTo(-220, 500, -120, 470, -50, 452);
  g.lineTo(50, 452);
  g.bezierCurveTo(120, 470, 220, 500, 230, H);
  g.fill();
  g.fillStyle = '#d9a684';
  g.fillRect(-38, 380, 76, 90);
  g.beginPath();
  g.ellipse(0, 310, 88, 112, sway / 90, 0, 7);
  g.fill();
  g.fillStyle = '#3a2419';
  g.beginPath();
  g.ellipse(0, 258, 104, 92, 0, Math.PI, 0);
  g.bezierCurveTo(112, 340, 100, 400, 92, 430);
  g.bezierCurveTo(80, 380, 96, 300, 62, 262);
  g.bezierCurveTo(20, 246, -30, 246, -66, 276);
  g.bezierCurveTo(-96, 310, -80, 380, -92, 430);
  g.bezierCurveTo(-112, 380, -110, 320, -104, 258);
  g.fill();
  g.fillStyle = '#2b1a12';
  const blink = Math.floor(ms / 180) % 22 === 0 ? 1 : 6;
  for (const x of [-34, 34]) {
    g.beginPath();
    g.ellipse(x, 312, 8, blink, 0, 0, 7);
    g.fill();
  }
  g.strokeStyle = '#8d4a3c';
  g.lineWidth = 5;
  g.lineCap = 'round';
  g.beginPath();
  g.arc(0, 345, 30, 0.35, Math.PI - 0.35);
  g.stroke();
  g.restore();
}

/** A clothes rail behind the host. */
function rail(g: CanvasRenderingContext2D, ms: number) {
  g.fillStyle = '#3b2c22';
  g.fillRect(820, 170, 400, 9);
  ['#d9cdb8', '#b5553a', '#46604f', '#dfe3e6', '#35577d', '#c9a24a'].forEach((colour, i) => {
    g.save();
    g.translate(862 + i * 62, 176);
    g.rotate(Math.sin(ms / 1700 + i) * 0.012);
    g.fillStyle = colour;
    g.beginPath();
    g.moveTo(0, 10);
    g.lineTo(44, 42);
    g.lineTo(38, 300);
    g.lineTo(-38, 300);
    g.lineTo(-44, 42);
    g.fill();
    g.restore();
  });
}

function lowerThird(g: CanvasRenderingContext2D, third: LowerThird) {
  g.fillStyle = 'rgb(14 16 20 / 80%)';
  g.beginPath();
  g.roundRect(64, H - 180, 520, 108, 18);
  g.fill();
  g.fillStyle = '#5b8cff';
  g.beginPath();
  g.roundRect(64, H - 180, 10, 108, 5);
  g.fill();
  g.textAlign = 'left';
  g.fillStyle = '#ffffff';
  g.font = '600 38px "Inter Variable", sans-serif';
  g.fillText(third.title, 102, H - 128, 460);
  g.fillStyle = '#c8d0dc';
  g.font = '500 30px "Inter Variable", sans-serif';
  g.fillText(third.price, 102, H - 90);
}

/** What the lower third says: of the product that was chosen, or of the one that is pinned. */
export function thirdOf(choice: LowerThirdChoice, pinned: Highlight | null, products: readonly Product[]): LowerThird | null {
  const card = pinned?.card.kind === 'product' ? pinned.card.product_id : null;
  const id = choice.kind === 'product' ? choice.productId : card;
  const product = choice.kind === 'off' ? undefined : products.find((one) => one.id === id);
  return product ? { title: product.title, price: money(product.price_minor, product.currency) } : null;
}
