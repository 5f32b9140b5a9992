// hls.js types its light build as the full one.
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
