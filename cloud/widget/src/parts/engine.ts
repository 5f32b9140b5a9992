// The video engine as a part of its own. Its export keeps its name: an app of an earlier build asks for it too.
export { default as Hls } from 'hls.js/light';
