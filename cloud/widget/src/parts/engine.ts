// The video engine as a part of its own. Its export keeps its name: an app of an earlier build asks for it too.
export { default as Hls } from 'hls.js/light';
// What drives it travels with it.
export { playByHls } from '../app/features/player/hls-driver.ts';
